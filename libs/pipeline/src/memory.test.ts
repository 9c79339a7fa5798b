import { describe, expect, test } from 'vitest';
import { MemoryBudget } from './reconcile/memory-budget.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from './testing/letters.ts';
import { functionMemory, peakMemory, readingMemory, uploadMemory } from './memory.ts';

const MIB = 1024 * 1024;

test('an upload has what the function has beside its own two processes', () => {
  expect(uploadMemory(1024)).toBe(884);
  expect(uploadMemory(functionMemory(500))).toBe(500);
  expect(uploadMemory(100)).toBe(0);
});

test('an upload takes what reading it takes, and what rendering takes beside the file', () => {
  expect(readingMemory(10 * MIB)).toBe(20);
  expect(peakMemory(10 * MIB, 90)).toBe(100);
  expect(peakMemory(100 * MIB, 50)).toBe(200);
});

describe('an upload that can never fit', () => {
  test('is TOO_LARGE with the numbers, undecoded, and fits once the function has more', async () => {
    const render = () => {
      throw new Error('it was decoded');
    };
    const bucket = letters(
      {},
      { engine: { memory: () => 1_400, render }, memory: new MemoryBudget(uploadMemory(1024)) },
    );
    bucket.source.place(KEY, 'A');
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'rejected' });
    expect(manifestOf(bucket)).toMatchObject({
      source: { width: 4, height: 3 },
      error: {
        code: 'TOO_LARGE',
        message:
          'memory in MiB: needs about 1,401, the function has 884 for an upload; function.memory: 1,541 would do',
        retryable: true,
      },
    });
    const { engine } = letters();
    const memory = new MemoryBudget(uploadMemory(1541));
    expect(await reconcile(KEY, { ...bucket, engine, memory })).toMatchObject({ kind: 'done' });
  });

  test('is not even read where reading it would not fit', async () => {
    const bucket = letters({}, { memory: new MemoryBudget(1) });
    const read = () => Promise.reject(new Error('it was read'));
    bucket.source.get = () =>
      Promise.resolve({
        ...{ kind: 'found', eTag: 'e', versionId: null, bytes: MIB, discard() {} },
        read,
      } as const);
    bucket.source.head = () => Promise.resolve({ eTag: 'e', metadata: {} });
    expect(await reconcile(KEY, bucket)).toMatchObject({
      manifest: { error: { code: 'TOO_LARGE' } },
    });
    expect(there(bucket)).toEqual([MANIFEST]);
  });
});

test('uploads wait for each other where not all of them fit', async () => {
  const memory = new MemoryBudget(100);
  let atOnce = 0;
  let most = 0;
  const ordinary = letters().engine;
  const buckets = Array.from({ length: 10 }, () =>
    letters(
      {},
      {
        memory,
        engine: {
          memory: () => 40,
          async *render(request) {
            most = Math.max(most, ++atOnce);
            yield* ordinary.render(request);
            atOnce--;
          },
        },
      },
    ),
  );
  for (const bucket of buckets) bucket.source.place(KEY, 'A');
  const outcomes = await Promise.all(buckets.map((bucket) => reconcile(KEY, bucket)));
  expect(outcomes.map(({ kind }) => kind)).toEqual(buckets.map(() => 'done'));
  expect(most).toBe(2);
  expect(memory.used).toBe(0);
});
