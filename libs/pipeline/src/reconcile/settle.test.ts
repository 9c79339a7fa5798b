import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PipelineError } from '../contract/codes.ts';
import { settle } from './settle.ts';

const conflict = new PipelineError('CONFLICT', 'changed');
const timeout = new PipelineError('TIMEOUT', 'not in time');

test('gives what all of them gave, in their order', async () => {
  expect(await settle([Promise.resolve('a'), Promise.resolve('b')])).toEqual(['a', 'b']);
  expect(await settle([])).toEqual([]);
});

test('waits for all of them, also where one fails at once', async () => {
  let isDone = false;
  const slow = setImmediate().then(() => (isDone = true));
  await expect(settle([Promise.reject(conflict), slow])).rejects.toBe(conflict);
  expect(isDone).toBe(true);
});

test('a failure that is no conflict wins: such a write may have happened', async () => {
  await expect(settle([Promise.reject(conflict), Promise.reject(timeout)])).rejects.toBe(timeout);
});

test('what fails with no code of ours is INTERNAL', async () => {
  const cause = new TypeError('a defect');
  const failing = settle([Promise.reject(conflict), Promise.reject(cause)]);
  await expect(failing).rejects.toMatchObject({ code: 'INTERNAL', cause });
});
