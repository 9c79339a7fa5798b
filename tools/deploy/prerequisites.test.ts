import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseSettings } from '@darkroom/pipeline';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { checkNode, checkQuotas } from './prerequisites.ts';
import { fakeAccount } from './testing/fake-account.ts';

afterEach(() => void vi.unstubAllEnvs());

async function checkVersion(version: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-node-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', [folder, process.env['PATH']].join(path.delimiter));
  return checkNode(folder);
}

test.each(['v22.18.0', 'v22.20.1', 'v24.0.0'])('Node %s runs the program', async (version) => {
  expect(await checkVersion(version)).toBe(`Node ${version}`);
});

test.each(['v22.17.9', 'v20.19.0', 'v9.99.0'])('Node %s does not', async (version) => {
  await expect(checkVersion(version)).rejects.toMatchObject({
    code: 'NODE_TOO_OLD',
    message: expect.stringContaining(`the one on the PATH is ${version}`),
  });
});

test('a PATH without Node is told so', async () => {
  vi.stubEnv('PATH', import.meta.dirname);
  await expect(checkNode(import.meta.dirname)).rejects.toMatchObject({
    message: expect.stringContaining('the one on the PATH is missing'),
  });
});

/** @param free executions that no function of the account has reserved */
async function check(free: number, settings: object, reserved?: number): Promise<string> {
  await fakeAccount({ concurrency: [1000, free] });
  const recipes = [{ name: 'photos', variants: [{ name: 'thumb', steps: ['rotate'] }] }];
  const parsed = parseSettings({ recipes, ...settings }, 'the test');
  return checkQuotas({ region: 'eu-west-1', settings: parsed }, reserved);
}

test('100 executions stay for functions that reserve none', async () => {
  const reserving = { function: { reservedConcurrency: 20 } };
  expect(await check(120, reserving)).toContain('120 of them not reserved by others');
  await expect(check(119, reserving)).rejects.toMatchObject({ code: 'QUOTA' });
});

test('what the stack has reserved already is free for it', async () => {
  const reserving = { function: { reservedConcurrency: 20 } };
  expect(await check(100, reserving, 20)).toContain('120 of them not reserved by others');
  await expect(check(100, reserving, 19)).rejects.toMatchObject({ code: 'QUOTA' });
});

test('without a reservation, the calls of the queue fit into the rest', async () => {
  const calls = { queue: { maximumConcurrency: 10 } };
  expect(await check(10, calls)).toContain('10 of them not reserved by others');
  await expect(check(9, calls)).rejects.toMatchObject({ code: 'QUOTA' });
});

test('a new account may refuse more than 3,008 MB', async () => {
  expect(await check(1000, { function: { memory: 3008 } })).not.toContain('function.memory');
  expect(await check(1000, { function: { memory: 3009 } })).toMatch(
    /function\.memory asks for 3009 MB, and a new account allows 3008: /,
  );
});
