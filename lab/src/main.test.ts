import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { TEST_RIGS } from './rigs.ts';

const run = promisify(execFile);
const MAIN = path.join(import.meta.dirname, 'main.ts');
/** Folders that are not rigs. */
const SHARED = ['testbed', 'testing'];

async function folders(): Promise<string[]> {
  const entries = await readdir(import.meta.dirname, { withFileTypes: true });
  const all = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return all.filter((name) => !SHARED.includes(name));
}

test('lists every rig, and the README describes each', async () => {
  const { stdout } = await run(process.execPath, [MAIN]);
  const readme = await readFile(path.join(import.meta.dirname, '../README.md'), 'utf8');
  const commands = ['chaos', 'fuzz', 'neighbours', 'soak', 'worst-case'];
  const names = [...TEST_RIGS.map(({ name }) => name), ...commands];
  expect((await folders()).sort()).toEqual(names.sort());
  for (const name of names) {
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(readme).toContain(`\n### ${name}\n`);
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'));
  }
});

test.each([
  [['chaos', '--fault-rate', '2'], "argument '2' is invalid. A number from 0 to 0.5."],
  [['soak', '--uploads', '200', '--minutes', '1'], 'cannot be used with'],
  [['fuzz', '--format', 'bmp'], 'Allowed choices are jpeg, png, webp'],
  [['nonsense'], "unknown command 'nonsense'"],
])('rejects %j', async (args, problem) => {
  await expect(run(process.execPath, [MAIN, ...args])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(problem) as string,
  });
});
