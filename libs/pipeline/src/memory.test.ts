import { describe, expect, test } from 'vitest';
import {
  filesAtOnce,
  functionMemory,
  memoryForLargest,
  memoryWarning,
  peakMemory,
  readingMemory,
  uploadMemory,
} from './memory.ts';
import { MemoryBudget } from './reconcile/memory-budget.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { parseSettings, type Settings, type SettingsInput } from './stack/settings.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from './testing/letters.ts';

/** 100 MiB for decoding, 50 for each file. */
const need = (files: number) => 100 + 50 * files;

test.each([
  ['one vCPU encodes one file', 1, 10_000, 1],
  ['two encode two where both uploads then fit', 2, 400, 2],
  ['and one where they would not', 2, 399, 1],
  ['as many as fit', 4, 1_000, 3],
  ['one where not even that fits: whether it may be done at all is decided elsewhere', 4, 10, 1],
])('%s', (_, vcpus, capacity, files) => {
  expect(filesAtOnce(vcpus, capacity, need)).toBe(files);
});

const small: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'thumb', steps: [{ resize: { width: 200 } }] }] },
];
const whole: SettingsInput['recipes'] = [
  { name: 'scans', variants: [{ name: 'upright', steps: ['rotate'] }] },
];
const parse = (rest: object): Settings => parseSettings({ recipes: small, ...rest }, 'test');

describe('memory for the largest picture that the limits let in', () => {
  const limits = (pixels: number) => parse({ limits: { pixels } }).limits;
  const [recipe] = parse({}).recipes;
  const [full] = parse({ recipes: whole }).recipes;
  if (!recipe || !full) throw new Error('there are recipes');

  test('grows with the pixels, and with variants that are as large as the upload', () => {
    expect(memoryForLargest(recipe, limits(100_000_000))).toBeGreaterThan(
      memoryForLargest(recipe, limits(10_000_000)),
    );
    expect(memoryForLargest(full, limits(50_000_000))).toBeGreaterThan(
      memoryForLargest(recipe, limits(50_000_000)),
    );
  });

  test('fits by default where every variant is a reduction', () => {
    expect(memoryWarning(parse({}))).toBeUndefined();
  });

  test('is a warning that names the recipe and what to change, where it does not fit', () => {
    expect(memoryWarning(parse({ recipes: [...small, ...whole] }))).toMatch(
      /^function\.memory: 1,769 MiB are too few .*limits\.pixels 100,000,000.* of scans; .*TOO_LARGE.* [\d,]+ MiB/,
    );
    expect(
      memoryWarning(parse({ recipes: whole, limits: { pixels: 20_000_000 } })),
    ).toBeUndefined();
  });

  test('counts no picture that the steps refuse', () => {
    const crop = [{ crop: { left: 99_000, top: 0, width: 10, height: 10 } }];
    const [cropped] = parse({
      recipes: [{ name: 'a', variants: [{ name: 'b', steps: crop }] }],
    }).recipes;
    if (!cropped) throw new Error('there is a recipe');
    expect(memoryForLargest(cropped, limits(1_000_000))).toBeLessThan(
      memoryForLargest(recipe, limits(1_000_000)),
    );
  });
});

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
      {
        engine: { estimate: () => ({ pages: 1, memory: 1_400 }), render },
        memory: new MemoryBudget(uploadMemory(1024)),
      },
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
        metadata: {},
        read,
      } as const);
    bucket.source.head = () =>
      Promise.resolve({ eTag: 'e', versionId: null, bytes: MIB, metadata: {} });
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
          estimate: () => ({ pages: 1, memory: 40 }),
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
