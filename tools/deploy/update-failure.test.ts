import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { errorsIn, updateFailure } from './update-failure.ts';

test.each([
  [
    'a missing permission',
    'AccessDenied: User: arn:aws:iam::1:role/d is not authorized to perform: iam:CreateRole',
    'PERMISSION',
  ],
  [
    'an expired session',
    'ExpiredToken: The security token included in the request is expired',
    'CREDENTIALS',
  ],
  [
    'too much memory for a new account',
    "InvalidParameterValueException: 'MemorySize' value failed to satisfy constraint",
    'QUOTA',
  ],
  [
    'too much reserved concurrency',
    'InvalidParameterValueException: Specified ReservedConcurrentExecutions for function decreases; specified concurrency too high',
    'QUOTA',
  ],
  ['too many cache policies', 'TooManyCachePolicies: limit reached', 'QUOTA'],
  ['a bucket name that is taken', 'BucketAlreadyExists: not available', 'NAME_TAKEN'],
  ['a lock', 'the stack is currently locked by 1 lock(s)', 'LOCKED'],
])('%s has a remedy', (_what, message, code) => {
  expect(updateFailure(['update failed', message])).toMatchObject({
    code,
    remedy: expect.stringMatching(/^[A-Z].+\.$/),
  });
});

test('other errors have none', () => {
  expect(updateFailure(['the policy pack reports violations'])).toBeUndefined();
});

test('reads the errors of an event log, and nothing from a missing one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-event-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = path.join(folder, 'events.json');
  expect(await errorsIn(log)).toEqual([]);
  const events = [
    { sequence: 0, preludeEvent: { config: {} } },
    { sequence: 1, diagnosticEvent: { severity: 'warning', message: 'old' } },
    { sequence: 2, diagnosticEvent: { severity: 'error', message: 'AccessDenied' } },
  ];
  await writeFile(log, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  expect(await errorsIn(log)).toEqual(['AccessDenied']);
});
