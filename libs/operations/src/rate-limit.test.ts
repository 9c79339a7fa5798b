import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimit } from './send.ts';
import { FakeClock } from './testing/fake-clock.ts';

test('allows at most the rate and one batch in any interval', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.1, max: 5000, noNaN: true }),
      fc.array(
        fc.record({ wait: fc.nat(3000), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      ),
      async (rate, batches) => {
        const clock = new FakeClock();
        const rateLimit = new RateLimit(clock, rate);
        const passed: { at: number; messages: number }[] = [];
        for (const { wait, share } of batches) {
          await clock.sleep(wait);
          const messages = Math.max(1, Math.round(share * rateLimit.batchSize));
          expect(await rateLimit.wait(messages)).toBe(true);
          passed.push({ at: clock.now(), messages });
        }
        for (const [index, first] of passed.entries()) {
          let sum = 0;
          for (const { at, messages } of passed.slice(index)) {
            sum += messages;
            const seconds = (at - first.at) / 1000;
            expect(sum).toBeLessThanOrEqual(rate * seconds + rateLimit.batchSize + 1e-3);
          }
        }
      },
    ),
  );
});

test.each([
  [Infinity, 10],
  [50, 10],
  [3.7, 3],
  [0.1, 1],
])('at %d a second, %d go together', (rate, size) => {
  expect(new RateLimit(new FakeClock(), rate).batchSize).toBe(size);
});

test('without a limit, wait returns at once', async () => {
  const clock = new FakeClock();
  const rateLimit = new RateLimit(clock, Infinity);
  const before = clock.now();
  for (let batch = 0; batch < 1000; batch++) await rateLimit.wait(10);
  expect(clock.now()).toBe(before);
});

describe('an aborted signal', () => {
  test('ends the wait', async () => {
    const controller = new AbortController();
    const clock = new FakeClock();
    const rateLimit = new RateLimit(clock, 1);
    expect(await rateLimit.wait(1, controller.signal)).toBe(true);
    const waiting = rateLimit.wait(1, controller.signal);
    controller.abort();
    expect(await waiting).toBe(false);
  });
});

test.each([0, -1, 0.05, NaN])('rejects a rate of %d', (rate) => {
  expect(() => new RateLimit(new FakeClock(), rate)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});
