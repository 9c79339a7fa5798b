/** A program's thread, and what it says to the engine. `fixtures/tiny-sdk.ts` replaces Pulumi's SDK, which loads slowly. */
import path from 'node:path';
import resources from '@pulumi/pulumi/proto/resource_pb.js';
import { expect, test } from 'vitest';
import type { Monitor } from './messages.ts';
import { runProgram } from './program.ts';
import { encode } from './properties.ts';

const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', `${name}.ts`);
const entry = fixture('tiny-program');

/** Answers each call of a function with its name; refuses that of `refused`. */
const monitor = {
  invoke(request) {
    const token = request.getTok();
    if (token === 'refused') return Promise.reject(new Error('not this one'));
    return Promise.resolve(new resources.ResourceInvokeResponse().setReturn(encode({ token }, [])));
  },
} as Partial<Monitor> as Monitor;

async function run(way: string, program = entry) {
  const lines: string[] = [];
  const sdk = fixture('tiny-sdk');
  const data = { entry: program, sdk, project: 'shop', stack: 'dev', config: { way } };
  const error = await runProgram(data, monitor, (line) => lines.push(line));
  return { error, lines };
}

test.each([
  ['ends', []],
  // Its two streams have no common order.
  ['prints', ['one', 'three', 'two']],
  ['calls', ['{"token":"a"}', '{"token":"b"}']],
])('a program that %s', async (way, lines) => {
  const result = await run(way);
  expect({ ...result, lines: result.lines.sort() }).toEqual({ error: undefined, lines });
});

test.each([
  ['throws', 'it threw'],
  ['leaves a rejection', 'nobody looked'],
])('a program that %s fails with its own stack', async (way, message) => {
  const { error } = await run(way);
  expect(error).toMatchObject({
    ...{ code: 'PROGRAM_FAILED', message: `the program ${entry}: ${message}` },
    cause: { message, stack: expect.stringContaining('tiny-program.ts') },
  });
});

test.each([
  ['throws a text later', 'only text'],
  ['exits with 3', 'ended before it was done: it exited with code 3'],
  ['exits with 0', 'ended before it was done: it waits for something that never comes'],
  ['never ends', 'ended before it was done: it waits for something that never comes'],
])('a program that %s fails', async (way, message) => {
  const { error } = await run(way);
  expect(error).toMatchObject({
    ...{ code: 'PROGRAM_FAILED', message: `the program ${entry}: ${message}`, cause: { message } },
  });
});

test('a call that the engine refuses or does not have is an error of the program', async () => {
  const { error, lines } = await run('is refused');
  expect(lines).toEqual(['not this one']);
  expect(error?.message).toContain('the local engine has no registerResourceHook');
});

test('a program that is not there fails', async () => {
  const { error } = await run('ends', fixture('nothing'));
  expect(error?.message).toMatch(/^the program .*nothing\.ts: Cannot find module/);
});
