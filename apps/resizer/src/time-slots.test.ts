import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { planBatch, timeForOne, TimeSlots, weightOf } from './time-slots.ts';

const MAX_RECEIVE_COUNT = 5;

interface Simulated {
  readonly isDeadly: boolean;
  receiveCount: number;
  outcome: 'waiting' | 'done' | 'gave up';
}

/** A batch as the function works it off; whatever a killed process had comes again. */
function workOff(batch: readonly Simulated[], concurrency: number): void {
  for (const message of batch) message.receiveCount += 1;
  const { records, isolated } = planBatch(batch);
  const finished = new Set<Simulated>();
  for (let begun = 0; begun < records.length; begun += isolated ? 1 : concurrency) {
    const atOnce = records.slice(begun, begun + (isolated ? 1 : concurrency));
    // In the function's own process no image survives it, and no message is acknowledged.
    if (!isolated && atOnce.some(({ isDeadly }) => isDeadly)) return;
    for (const message of atOnce) {
      const isLast = message.receiveCount >= MAX_RECEIVE_COUNT;
      if (!message.isDeadly || isLast) finished.add(message);
    }
  }
  for (const message of finished) message.outcome = message.isDeadly ? 'gave up' : 'done';
}

test('what was never tried before is tried together, anything else alone', () => {
  const of = (...counts: number[]) => planBatch(counts.map((receiveCount) => ({ receiveCount })));
  expect(of(1, 1, 1).isolated).toBe(false);
  expect(of(1, 2, 1).isolated).toBe(true);
  expect(of().isolated).toBe(false);
});

test('the last attempt goes first; of equals, the order stays', () => {
  const records = [1, 3, 5, 3].map((receiveCount, id) => ({ receiveCount, id }));
  expect(planBatch(records).records.map(({ id }) => id)).toEqual([2, 1, 3, 0]);
});

describe('images that kill their process', () => {
  test('cost a good one at most one attempt, whatever comes together, and give up themselves', () => {
    const messages = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
    const choices = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(
        messages,
        choices,
        fc.integer({ min: 1, max: 5 }),
        (kinds, stream, concurrency) => {
          const queue = kinds.map((isDeadly): Simulated => ({
            isDeadly,
            receiveCount: 0,
            outcome: 'waiting',
          }));
          // Any waiting messages in any order make a batch of any size.
          for (;;) {
            const waiting = queue.filter(({ outcome }) => outcome === 'waiting');
            if (waiting.length === 0) break;
            const size = 1 + ((stream.next().value ?? 0) % 10);
            const batch: Simulated[] = [];
            while (batch.length < size && waiting.length > 0)
              batch.push(...waiting.splice((stream.next().value ?? 0) % waiting.length, 1));
            workOff(batch, concurrency);
          }
          for (const { isDeadly, receiveCount, outcome } of queue) {
            expect(outcome).toBe(isDeadly ? 'gave up' : 'done');
            expect(receiveCount).toBeLessThanOrEqual(isDeadly ? MAX_RECEIVE_COUNT : 2);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

const FAIR = 10_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the time for one image', () => {
  test.each([
    ['alone it is all that is left', { left: 55_000, weight: 1, waiting: 1, atOnce: 1 }, 55_000],
    ['among five it is a fifth', { left: 55_000, weight: 1, waiting: 5, atOnce: 1 }, 11_000],
    ['two at once have twice as long', { left: 55_000, weight: 1, waiting: 5, atOnce: 2 }, 22_000],
    // Four new ones and one of weight 16.
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

describe('slots', () => {
  test('are so many at once, in the order of coming', async () => {
    const slots = new TimeSlots(2, () => 60_000);
    const begun: number[] = [];
    const ends = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const all = ends.map(({ promise }, index) =>
      slots.run(1, () => {
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
    const slots = new TimeSlots(1, () => left);
    const slow = slots.run(1, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      left = 30_000;
      throw signal.reason;
    });
    const next = slots.run(1, (signal) => Promise.resolve(signal.aborted));
    await expect(slow).rejects.toThrow('the image had 1 s');
    expect(await next).toBe(false);
  });

  /** Runs images one after the other, each of which takes its whole slot. @returns the milliseconds of each slot */
  async function slotsOf(receiveCounts: readonly number[], atOnce: number, taking: number[]) {
    vi.useFakeTimers({ now: 0 });
    try {
      const end = 100_000;
      const slots = new TimeSlots(atOnce, () => end - Date.now());
      const times: number[] = [];
      const waiting: boolean[] = [];
      const all = receiveCounts.map((count, index) =>
        slots.run(count, async (signal) => {
          waiting[index] = slots.hasWaiting;
          const began = Date.now();
          const slot = new Promise<number>((resolve) =>
            signal.addEventListener('abort', () => resolve(Date.now() - began)),
          );
          const early = new Promise<undefined>((resolve) =>
            setTimeout(() => resolve(undefined), taking[index] ?? Infinity),
          );
          times[index] = (await Promise.race([slot, early])) ?? -1;
        }),
      );
      await vi.advanceTimersByTimeAsync(end);
      await Promise.all(all);
      return { times, waiting };
    } finally {
      vi.useRealTimers();
    }
  }

  test('share the time by the weights of the images that have not started', async () => {
    // Weights 4, 2, 1, 1: half of 100 s, half of what is left, and so on.
    const forever = [1e6, 1e6, 1e6, 1e6];
    const { times, waiting } = await slotsOf([3, 2, 1, 1], 1, forever);
    expect(times).toEqual([50_000, 25_000, 12_500, 12_500]);
    expect(waiting).toEqual([true, true, true, false]);
  });

  test('give the time that one image leaves to the others', async () => {
    // The first takes 4 of its 50 seconds: 96 are left for weights 2, 1 and 1.
    const { times } = await slotsOf([3, 2, 1, 1], 1, [4_000, 1e6, 1e6, 1e6]);
    expect(times).toEqual([-1, 48_000, 24_000, 24_000]);
  });

  test('are as many times longer as images run at once', async () => {
    const { times } = await slotsOf([1, 1, 1, 1], 2, [1e6, 1e6, 1e6, 1e6]);
    expect(times.slice(0, 2)).toEqual([expect.closeTo(50_000, -1), expect.closeTo(66_666.666, -1)]);
  });

  test('do not start an image for which no time is left, and continue with the next', async () => {
    const slots = new TimeSlots(1, () => 900);
    const begun = [1, 2].map((count) =>
      slots.run(count, (signal) => Promise.resolve(signal.aborted)),
    );
    expect(await Promise.all(begun)).toEqual([true, true]);
    const last = new TimeSlots(1, () => 1000);
    expect(await last.run(1, (signal) => Promise.resolve(signal.aborted))).toBe(false);
  });

  test('leave no timer behind', async () => {
    vi.useFakeTimers();
    try {
      await new TimeSlots(1, () => 60_000).run(1, () => Promise.resolve());
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
