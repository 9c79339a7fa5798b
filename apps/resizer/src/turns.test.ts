import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeForOne, Turns, weightOf } from './turns.ts';

const FAIR = 10_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the time for one image', () => {
  test.each([
    ['alone it is all that is left', { left: 55_000, weight: 1, waiting: 1, atOnce: 1 }, 55_000],
    ['among five it is a fifth', { left: 55_000, weight: 1, waiting: 5, atOnce: 1 }, 11_000],
    ['two at once have twice as long', { left: 55_000, weight: 1, waiting: 5, atOnce: 2 }, 22_000],
    // Four fresh ones beside one of weight 16.
    [
      'at the last attempt it is most of it',
      { left: 55_000, weight: 16, waiting: 20, atOnce: 1 },
      44_000,
    ],
    ['it is never less than fair', { left: 55_000, weight: 1, waiting: 10_000, atOnce: 1 }, FAIR],
    ['it is never more than there is', { left: 3_000, weight: 1, waiting: 9, atOnce: 1 }, 3_000],
    ['there may be none', { left: -20, weight: 1, waiting: 1, atOnce: 1 }, 0],
  ])('%s', (_what, given, milliseconds) => {
    expect(timeForOne(given)).toBe(milliseconds);
  });

  test('grows with every attempt', () => {
    expect([0, 1, 2, 3, 4, 5].map(weightOf)).toEqual([1, 1, 2, 4, 8, 16]);
    expect(weightOf(1000)).toBe(weightOf(11));
  });

  test('leaves a fair time for the others, whatever one takes of it, while there is as much', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 900_000 }), (receiveCounts, left) => {
        const weights = receiveCounts.map(weightOf);
        const waiting = weights.reduce((sum, weight) => sum + weight, 0);
        const [weight = 1] = weights;
        const time = timeForOne({ left, weight, waiting, atOnce: 1 });
        const share = (left * (waiting - weight)) / waiting;
        expect(left - time).toBeGreaterThanOrEqual(Math.min(share, left - FAIR) - 1e-6);
        expect(time).toBeLessThanOrEqual(left);
      }),
    );
  });
});

describe('turns', () => {
  test('are so many at once, in the order of coming', async () => {
    const turns = new Turns(2, () => 60_000);
    const begun: number[] = [];
    const ends = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const all = ends.map(({ promise }, index) =>
      turns.take(1, () => {
        begun.push(index);
        return promise;
      }),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    ends[1]?.resolve();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    await Promise.all(all);
  });

  test('end each by its own time: a slow image costs none but itself', async () => {
    let left = 1_200;
    const turns = new Turns(1, () => left);
    const slow = turns.take(1, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      left = 30_000;
      throw signal.reason;
    });
    const next = turns.take(1, (signal) => Promise.resolve(signal.aborted));
    await expect(slow).rejects.toThrow('the image had 1 s');
    expect(await next).toBe(false);
  });

  test('tell those for whom no time is left not to begin, and goes on to the next', async () => {
    const turns = new Turns(1, () => 900);
    const begun = [1, 2].map((count) =>
      turns.take(count, (signal) => Promise.resolve(signal.aborted)),
    );
    expect(await Promise.all(begun)).toEqual([true, true]);
  });
});
