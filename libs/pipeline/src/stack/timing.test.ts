import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Code, CODES } from '../contract/codes.ts';
import {
  backOff,
  CONNECTION_TIMEOUT_MS,
  longestBackOff,
  REQUEST_TIMEOUT_MS,
  visibilityTimeout,
} from './timing.ts';

/** Bounds of the settings: `function.timeout` and `queue.batchWindow`, seconds. */
const [SHORTEST, LONGEST] = [10, 900];
const LONGEST_WINDOW = 300;
/** As often as the SDK tries a request (apps/resizer/src/clients.ts). */
const ATTEMPTS = 3;

test('six times the function’s time, and the time that a batch waits for', () => {
  expect(visibilityTimeout(60, 0)).toBe(360);
  expect(visibilityTimeout(60, 20)).toBe(380);
});

test('a worker and all its requests are dead before the message reappears', () => {
  const requests = (ATTEMPTS * (CONNECTION_TIMEOUT_MS + REQUEST_TIMEOUT_MS)) / 1000;
  for (let timeout = SHORTEST; timeout <= LONGEST; timeout++)
    expect(timeout + requests).toBeLessThan(visibilityTimeout(timeout, 0));
});

test('SQS allows it: 12 hours are the most', () => {
  expect(visibilityTimeout(LONGEST, LONGEST_WINDOW)).toBeLessThanOrEqual(12 * 60 * 60);
});

const TWELVE_HOURS = 12 * 60 * 60;
const codes = fc.constantFrom(...(Object.keys(CODES) as Code[]));
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const most = (code: Code, attempt: number, longest = 900) =>
  backOff(code, attempt, { longest, random: 0.999_999 });

describe('the back-off of a failed message', () => {
  test.each([
    ['CONFLICT', [2, 8, 32, 128]],
    ['STORAGE_UNAVAILABLE', [16, 36, 156, 876]],
    ['TIMEOUT', [16, 36, 156, 876]],
    ['INTERNAL', [16, 36, 156, 876]],
    ['THROTTLED', [36, 156, 876, 900]],
  ] as const)('for %s is at most %j seconds', (code, seconds) => {
    expect([1, 2, 3, 4].map((attempt) => most(code, attempt))).toEqual(seconds);
  });

  test('is anything in between, so that what failed together does not come back together', () => {
    const seconds = [0, 0.25, 0.5, 0.75].map((random) =>
      backOff('THROTTLED', 1, { longest: 900, random }),
    );
    expect(seconds).toEqual([12, 18, 24, 30]);
  });

  test('at first is sooner than the visibility timeout of any stack', () => {
    const shortest = visibilityTimeout(10, 0);
    for (const code of Object.keys(CODES) as Code[]) expect(most(code, 1)).toBeLessThan(shortest);
  });

  test('never ends before the requests of the failed attempt are dead, unless all were answered', () => {
    const dead = (CONNECTION_TIMEOUT_MS + REQUEST_TIMEOUT_MS) / 1000;
    fc.assert(
      fc.property(codes, fc.integer({ min: 1, max: 1000 }), randoms, (code, attempt, random) => {
        fc.pre(code !== 'CONFLICT');
        expect(backOff(code, attempt, { longest: 1, random })).toBeGreaterThanOrEqual(dead);
      }),
    );
  });

  test('is whole seconds that SQS takes, grows with the attempts, and ends at the longest', () => {
    const longests = fc.integer({ min: 1, max: 900 });
    const attempts = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(codes, attempts, longests, randoms, (code, attempt, longest, random) => {
        const seconds = backOff(code, attempt, { longest, random });
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(Math.min(TWELVE_HOURS, Math.max(longest, 12)));
        expect(backOff(code, attempt + 1, { longest, random })).toBeGreaterThanOrEqual(seconds);
      }),
    );
  });
});

test('all back-offs of a message fit into the time that the queue keeps it', () => {
  const retentions = fc.integer({ min: 600, max: 14 * 24 * 60 * 60 });
  fc.assert(
    fc.property(codes, retentions, fc.integer({ min: 5, max: 20 }), (code, retention, count) => {
      const longest = longestBackOff({ retention, maxReceiveCount: count });
      let all = 0;
      for (let attempt = 1; attempt < count; attempt++) all += most(code, attempt, longest);
      expect(all).toBeLessThanOrEqual(retention / 2);
    }),
  );
  expect(longestBackOff({ retention: 4 * 24 * 60 * 60, maxReceiveCount: 5 })).toBe(900);
  expect(longestBackOff({ retention: 60, maxReceiveCount: 1000 })).toBe(1);
});
