import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planBatch } from './batch-plan.ts';

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
    // In the function's own process nobody survives it, and nobody is acknowledged.
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
