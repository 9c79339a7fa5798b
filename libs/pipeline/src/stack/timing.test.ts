import { expect, test } from 'vitest';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS, visibilityTimeout } from './timing.ts';

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
