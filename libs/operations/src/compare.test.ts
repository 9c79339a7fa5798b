import { describe, expect, test } from 'vitest';
import {
  addFinding,
  completeAssumptions,
  emptyTally,
  estimate,
  compareBuckets,
  type CompareProgress,
} from './compare.ts';
import { TestBuckets, settings } from './testing/buckets.ts';

function example(): TestBuckets {
  const buckets = new TestBuckets();
  for (let index = 0; index < 1200; index++)
    buckets.upload(`${String(index).padStart(4, '0')}.jpg`, 'v1', 2_000_000);
  buckets.upload('recipe.jpg', 'v1', 4_000_000);
  buckets.process('recipe.jpg', {
    eTag: 'v1',
    recipeHash: 'old',
    size: { width: 4000, height: 3000 },
  });
  buckets.process('orphan.jpg');
  return buckets;
}

test('a comparison counts by kind, lists example keys, and estimates costs', async () => {
  const { kinds, position } = await compareBuckets(example().pair(), settings, {});
  expect(position).toBeUndefined();
  expect(kinds.missing).toMatchObject({ keys: 1200, bytes: 2_400_000_000 });
  expect(kinds.missing.examples).toEqual(
    Array.from({ length: 10 }, (_, index) => `000${index}.jpg`),
  );
  // 3 megapixels per megabyte, as in the one upload with a manifest.
  expect(kinds.missing.estimate).toMatchObject({
    s3: { list: 1200, get: 1200, put: 3600, head: 1200, delete: 0 },
    sqs: 120 + 2 * 240,
    megapixels: 7200,
  });
  expect(kinds['recipe-changed'].estimate).toMatchObject({ megapixels: 12 });
  expect(kinds.orphaned.estimate).toMatchObject({ megapixels: 0, s3: { put: 0, delete: 3 } });
  expect(kinds['up-to-date']).toMatchObject({ keys: 0, estimate: { gbSeconds: 0, sqs: 0 } });
});

test('an aborted comparison resumes at its position, with its figures', async () => {
  const whole = await compareBuckets(example().pair(), settings, {});
  const controller = new AbortController();
  const seen: CompareProgress[] = [];
  const aborted = await compareBuckets(example().pair(), settings, {
    signal: controller.signal,
    onProgress: (progress) => {
      seen.push(progress);
      if (seen.length === 2) controller.abort();
    },
  });
  expect(seen.map(({ compared }) => compared)).toEqual([500, 1000]);
  expect(aborted.kinds.missing.keys).toBe(1000);
  const saved = JSON.parse(JSON.stringify(aborted.position)) as unknown;
  expect(await compareBuckets(example().pair(), settings, { position: saved })).toEqual(whole);
  // After a kill, it resumes from the last progress.
  expect(await compareBuckets(example().pair(), settings, { position: seen[0]?.position })).toEqual(
    whole,
  );
});

test.each([{}, { walk: {}, tally: {} }])('rejects %j as a position', async (position) => {
  await expect(
    compareBuckets(new TestBuckets().pair(), settings, { position }),
  ).rejects.toMatchObject({
    code: 'INVALID_POSITION',
  });
});

describe('GB-seconds', () => {
  const assumptions = { msPerMegapixel: 50, msPerRequest: 20, megapixelsPerMegabyte: 3 };
  const tally = emptyTally();
  addFinding(tally, {
    kind: 'missing',
    key: 'a.jpg',
    bytes: 4_000_000,
    requests: { list: 1, get: 1, put: 7, head: 1, delete: 0 },
  });
  const withMemory = (memory: number) =>
    estimate(
      tally.missing,
      { ...settings, function: { ...settings.function, memory } },
      assumptions,
    ).gbSeconds;

  test('are seconds of requests and processing, times the memory', () => {
    // 10 requests of 20 ms and 12 megapixels of 50 ms: 0.8 s.
    expect(withMemory(1769)).toBeCloseTo((0.8 * 1769) / 1024);
  });

  test('are divided by the images that a larger function processes at once', () => {
    expect(withMemory(2 * 1769)).toBeCloseTo(withMemory(1769));
  });

  test('use part of a processor in a smaller function', () => {
    // 0.2 s of requests, 1.2 s of work on half a processor.
    expect(withMemory(1769 / 2)).toBeCloseTo((1.4 * 1769) / 2 / 1024);
  });
});

test('given assumptions override measured ones', () => {
  const tally = emptyTally();
  expect(completeAssumptions({}, tally)).toEqual({
    msPerMegapixel: 50,
    msPerRequest: 50,
    megapixelsPerMegabyte: 3,
  });
  const finding = { kind: 'up-to-date', key: 'a', bytes: 2_000_000, pixels: 10_000_000 } as const;
  addFinding(tally, { ...finding, requests: { list: 0, get: 0, put: 0, head: 0, delete: 0 } });
  expect(completeAssumptions({}, tally).megapixelsPerMegabyte).toBe(5);
  expect(completeAssumptions({ megapixelsPerMegabyte: 2 }, tally).megapixelsPerMegabyte).toBe(2);
});
