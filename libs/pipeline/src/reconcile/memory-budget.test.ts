import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryBudget } from './memory-budget.ts';

const CAPACITY = 100;

/** An upload that is read, looked at, worked on and done when the test says so. */
function upload(budget: MemoryBudget, reading: number, total: number, signal?: AbortSignal) {
  const steps = { isRead: false, isWorkedOn: false };
  const read = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const end = budget.use(reading, signal, async (share) => {
    steps.isRead = true;
    await read.promise;
    await share.grow(total);
    steps.isWorkedOn = true;
    await done.promise;
  });
  return { steps, read: () => read.resolve(), done: () => done.resolve(), end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a memory budget', () => {
  test('lets as many work at once as fit, and the next one when there is room', async () => {
    const budget = new MemoryBudget(CAPACITY);
    const uploads = [40, 40, 40].map((total) => upload(budget, 5, total));
    for (const one of uploads) one.read();
    await settled();
    expect(uploads.map(({ steps }) => steps.isWorkedOn)).toEqual([true, true, false]);
    expect(budget.used).toBe(85);
    uploads[0]?.done();
    await settled();
    expect(uploads[2]?.steps.isWorkedOn).toBe(true);
    for (const one of uploads) one.done();
    await Promise.all(uploads.map(({ end }) => end));
    expect(budget.used).toBe(0);
  });

  test('reads one upload at a time, so that no two can wait for each other', async () => {
    const budget = new MemoryBudget(CAPACITY);
    const uploads = [90, 90].map((total) => upload(budget, 20, total));
    await settled();
    expect(uploads.map(({ steps }) => steps.isRead)).toEqual([true, false]);
    for (const one of uploads) {
      one.read();
      one.done();
    }
    await Promise.all(uploads.map(({ end }) => end));
  });

  test('has room again after a failure, also of what was never looked at', async () => {
    const budget = new MemoryBudget(CAPACITY);
    const fails = () => Promise.reject(new Error('no image'));
    await expect(budget.use(50, undefined, fails)).rejects.toThrow('no image');
    expect(budget.used).toBe(0);
    const next = upload(budget, 50, 100);
    next.read();
    next.done();
    await next.end;
  });

  test.each([
    ['to be read', 20],
    ['for room', 5],
  ])('is no trap: who waits %s leaves when the time is over', async (_what, reading) => {
    const budget = new MemoryBudget(CAPACITY);
    const large = upload(budget, 10, 90);
    if (reading === 20) large.read();
    await settled();
    const time = new AbortController();
    const waiting = upload(budget, reading, 90, time.signal);
    const next = upload(budget, 1, 5);
    time.abort(new Error('time is over'));
    await expect(waiting.end).rejects.toMatchObject({ code: 'TIMEOUT' });
    for (const one of [large, next]) {
      one.read();
      one.done();
    }
    await Promise.all([large.end, next.end]);
    expect(budget.used).toBe(0);
  });

  test('is never passed, and everybody gets a turn, whoever comes, fails or runs out of time', async () => {
    const arrival = fc.record({
      reading: fc.integer({ min: 0, max: CAPACITY }),
      more: fc.integer({ min: 0, max: CAPACITY }),
      fate: fc.constantFrom('done', 'done', 'done', 'unreadable', 'fails', 'aborted'),
    });
    const scenario = fc.tuple(fc.array(arrival, { minLength: 1, maxLength: 30 }), fc.scheduler());
    await fc.assert(
      fc.asyncProperty(scenario, async ([arrivals, scheduler]) => {
        const budget = new MemoryBudget(CAPACITY);
        let held = 0;
        let most = 0;
        const hold = (mebibytes: number) => {
          held += mebibytes;
          most = Math.max(most, held);
        };
        const ends = arrivals.map(async ({ reading, more, fate }) => {
          const time = new AbortController();
          if (fate === 'aborted')
            void scheduler.schedule(Promise.resolve()).then(() => time.abort(new Error('late')));
          let own = 0;
          try {
            await budget.use(reading, time.signal, async (share) => {
              hold((own = reading));
              await scheduler.schedule(Promise.resolve('read'));
              if (fate === 'unreadable') throw new Error('no image');
              const total = Math.min(CAPACITY, reading + more);
              await share.grow(total);
              hold(total - own);
              own = total;
              await scheduler.schedule(Promise.resolve('worked'));
              if (fate === 'fails') throw new Error('a defect');
            });
          } finally {
            hold(-own);
          }
        });
        const all = Promise.allSettled(ends);
        await scheduler.waitFor(all);
        expect(most).toBeLessThanOrEqual(CAPACITY);
        expect(budget.used).toBe(0);
        const results = await all;
        arrivals.forEach(({ fate }, index) => {
          if (fate === 'done') expect(results[index]?.status).toBe('fulfilled');
        });
      }),
    );
  });
});
