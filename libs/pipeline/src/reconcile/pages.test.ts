import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  leftByPages,
  pageFileSeconds,
  type RenderEstimate,
  type SourceFacts,
} from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { tiffPage } from '@darkroom/transforms/testing';
import { describe, expect, test, vi } from 'vitest';
import { catalog, decodersOf } from '../catalog.ts';
import type { RecipeInput } from '../recipe/recipe.ts';
import { recipeSchema } from '../recipe/recipe.ts';
import { describeUpload } from './describe-upload.ts';
import { limitsSchema } from '../contract/limits.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';
import { estimateUpload, inspectPages, inspectUpload } from './pages.ts';
import { reconcile } from './reconcile.ts';

/** Documents through the real engine and the whole protocol. */
const engine = createEngine({ catalog });
const FOLDER = path.resolve(import.meta.dirname, '../../../transforms/fixtures/pages');
/** Pages of 96×136, 136×96 and 80×60 pixels. */
const scan = readFileSync(path.join(FOLDER, 'pillow.tiff'));
const onePage = tiffPage(scan, 2);

const PAGES: Partial<RecipeInput> = {
  variants: [
    { name: 'scan', pages: 'all', steps: [{ encode: 'png' }] },
    { name: 'cover', steps: [{ resize: { width: 20 } }, { encode: 'webp' }] },
  ],
};

function place(source: Uint8Array, limits: object = {}, recipe = PAGES) {
  const bucket = letters(recipe, { engine, limits });
  bucket.source.place(KEY, source);
  return bucket;
}

test('each page is an output with its own size, in order', async () => {
  const bucket = place(scan);
  await reconcile(KEY, bucket);
  const manifest = manifestOf(bucket);
  expect(manifest?.source).toMatchObject({ format: 'tiff', width: 96, height: 136, pages: 3 });
  expect(manifest?.outputs.map(({ key, width, height }) => [key, width, height])).toEqual([
    [`${KEY}/scan-p1.png`, 96, 136],
    [`${KEY}/scan-p2.png`, 136, 96],
    [`${KEY}/scan-p3.png`, 80, 60],
    [`${KEY}/cover.webp`, 20, 28],
  ]);
  expect(manifest).toMatchObject({ placeholder: { thumbhash: expect.any(String) } });
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test('a document that shrinks loses its other pages', async () => {
  const bucket = place(scan);
  await reconcile(KEY, bucket);
  bucket.source.place(KEY, onePage);
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([`${KEY}/cover.webp`, MANIFEST, `${KEY}/scan-p1.png`]);
  expect(manifestOf(bucket)?.outputs[0]).toMatchObject({ width: 136, height: 96 });
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test('a retry makes only the pages that are not there, and the same manifest', async () => {
  const bucket = place(scan);
  await reconcile(KEY, bucket);
  const before = bucket.processed.objects.get(MANIFEST)?.body;
  for (const key of [MANIFEST, `${KEY}/scan-p3.png`]) bucket.processed.objects.delete(key);
  bucket.requests();
  const decoded: number[] = [];
  const watched: typeof engine = {
    ...engine,
    render(request) {
      decoded.push(request.facts.page ?? 1);
      return engine.render(request);
    },
  };
  await reconcile(KEY, { ...bucket, engine: watched }, { retry: true });
  // The first page has the placeholder.
  expect(decoded).toEqual([1, 3]);
  const puts = bucket.requests().filter((request) => request.startsWith('PUT'));
  expect(puts.some((request) => request.includes('scan-p3.png'))).toBe(true);
  expect(puts.some((request) => request.includes('scan-p2.png'))).toBe(false);
  expect(bucket.processed.objects.get(MANIFEST)?.body).toEqual(before);
});

test.each([
  [{ pages: 2 }, 'pages: 3, the limit is 2'],
  // 13,056 pixels of the first page, twice that with the second, and 4,800 of the third.
  [{ pixels: 30_000 }, 'pixels in all pages: 30,912, the limit is 30,000'],
  [{ side: 135 }, 'longest side in pixels: 136, the limit is 135'],
])('limits %j count all pages that are decoded', async (limits, message) => {
  const bucket = place(scan, limits);
  await reconcile(KEY, bucket);
  expect(manifestOf(bucket)).toMatchObject({ error: { code: 'TOO_LARGE', message } });
});

test('pages that the recipe does not need do not count, and are not read', async () => {
  const damaged = Buffer.from(scan);
  const { structure } = await engine.inspect(scan, 3);
  const start = structure?.format === 'tiff' ? structure.dataStart : 0;
  damaged.fill(0xff, start, start + 200);
  const first: Partial<RecipeInput> = {
    variants: [{ name: 'scan', pages: 1, steps: [{ encode: 'png' }] }],
  };
  const bucket = place(damaged, { pages: 1 }, first);
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([MANIFEST, `${KEY}/scan-p1.png`]);
});

test('a damaged page is named, and rejects the document', async () => {
  const damaged = Buffer.from(scan);
  const { structure } = await engine.inspect(scan, 2);
  const start = structure?.format === 'tiff' ? structure.dataStart : 0;
  damaged.fill(0xff, start, start + 400);
  const bucket = place(damaged);
  await reconcile(KEY, bucket);
  expect(manifestOf(bucket)).toMatchObject({
    error: { code: 'CORRUPT_IMAGE', message: expect.stringMatching(/^page 2: /) },
  });
  expect(there(bucket)).toEqual([MANIFEST]);
});

test('the description has all pages, and what they cost together', async () => {
  const recipe = recipeSchema.parse({ name: 'scans', ...PAGES });
  const limits = limitsSchema.parse({});
  const pages = await inspectUpload(scan, { recipe, limits, engine });
  const granted = { limits, function: { memory: 1769 } };
  const { text } = describeUpload(recipe, pages, engine, granted);
  expect(text).toContain('page 2, 136×96: scan-p2\npage 3, 80×60: scan-p3\n');
  expect(text).toContain('pages: 3 of 500');
  expect(text).toContain('pixels: 30,912 of 100,000,000');
});

describe('a PDF', () => {
  const documents = path.resolve(import.meta.dirname, '../../../decoder-pdf/fixtures');
  const [letter, cover] = ['pages.pdf', 'text.pdf'].map((name) =>
    readFileSync(path.join(documents, name)),
  ) as [Buffer, Buffer];
  const recipe = {
    formats: ['pdf'],
    decoders: { pdf: { dpi: 72 } },
    variants: [
      { name: 'page', pages: 'all', steps: [{ rotate: 'auto' }, { encode: 'png' }] },
      { name: 'large', pages: '2-9', steps: [{ resize: { width: 600 } }, { encode: 'webp' }] },
    ],
  } satisfies Partial<RecipeInput>;
  const placed = (source: Buffer, given: Partial<RecipeInput> = recipe, limits: object = {}) => {
    const reader = createEngine({ catalog, decoders: decodersOf([{ formats: ['pdf'] }]) });
    const bucket = letters(given, { engine: reader, limits });
    bucket.source.place(KEY, source);
    return bucket;
  };

  test('has an output of each page, at the resolution of the recipe', async () => {
    const bucket = placed(letter);
    await reconcile(KEY, bucket);
    const manifest = manifestOf(bucket);
    expect(manifest?.source).toMatchObject({ format: 'pdf', width: 216, height: 144, pages: 4 });
    expect(manifest?.outputs.map(({ key, width, height }) => [key, width, height])).toEqual([
      [`${KEY}/page-p1.png`, 216, 144],
      [`${KEY}/page-p2.png`, 144, 216],
      [`${KEY}/page-p3.png`, 216, 144],
      [`${KEY}/page-p4.png`, 180, 84],
      [`${KEY}/large-p2.webp`, 600, 900],
      [`${KEY}/large-p3.webp`, 600, 400],
      [`${KEY}/large-p4.webp`, 600, 280],
    ]);
  });

  test('that shrinks loses its other pages', async () => {
    const bucket = placed(letter);
    await reconcile(KEY, bucket);
    bucket.source.place(KEY, cover);
    await reconcile(KEY, bucket);
    expect(there(bucket)).toEqual([MANIFEST, `${KEY}/page-p1.png`]);
  });

  test('is within the limit of pixels at the size that is drawn', async () => {
    const variants = [
      { name: 'large', steps: [{ resize: { width: 3000 } }, { encode: 'webp' as const }] },
    ];
    const bucket = placed(cover, { ...recipe, variants }, { pixels: 1_000_000 });
    await reconcile(KEY, bucket);
    expect(manifestOf(bucket)).toMatchObject({
      error: {
        code: 'TOO_LARGE',
        message: 'pixels in all pages: 6,000,000, the limit is 1,000,000',
      },
    });
  });

  test('is as large as it is drawn, for the limits, and not as its resolution says', async () => {
    const decoders = { pdf: { dpi: 2400 } };
    const limits = { pixels: 500_000, side: 400 };
    const resize = { resize: { width: 400 } };
    const outcome = async (...steps: RecipeInput['variants'][number]['steps'] & object) => {
      const variants = [{ name: 'one', steps: [...steps, { encode: 'webp' as const }] }];
      const bucket = placed(cover, { ...recipe, decoders, variants }, limits);
      await reconcile(KEY, bucket);
      return manifestOf(bucket);
    };
    expect(await outcome(resize)).toMatchObject({
      source: { width: 7200, height: 4800 },
      outputs: [{ width: 400, height: 267 }],
    });
    const message = 'longest side in pixels: 7,200, the limit is 400';
    const error = { code: 'TOO_LARGE', message };
    expect(await outcome()).toMatchObject({ error });
    // The blur is one of pixels of the resolution.
    expect(await outcome({ blur: 2 }, resize)).toMatchObject({ error });
  });
});

describe('the estimate of all pages', () => {
  const photo: SourceFacts = {
    ...{ format: 'gif', width: 20, height: 10, orientation: 1, pages: 3, bytes: 1000 },
    ...{ hasAlpha: false, progressive: false },
  };
  const request = (facts: Partial<SourceFacts> = {}) => ({
    ...{ facts: { ...photo, ...facts }, recipe: 'photos', variants: [] },
  });
  const estimating = (...estimates: Partial<RenderEstimate>[]) => {
    const left = [...estimates];
    return { estimate: () => ({ pages: 1, memory: 10, ...left.shift() }) };
  };

  test('adds up pixels, seconds and skipped variants, and takes the most of the memory', () => {
    const skip = (variant: string) =>
      ({ kind: 'skipped', variant, code: 'TOO_LARGE', message: 'too tall' }) as const;
    expect(
      estimateUpload(
        [request(), request({ width: 30, height: 5, page: 2 })],
        estimating(
          {
            ...{ pages: 3, memory: 40, stepSeconds: 2, skipped: [skip('one')] },
            decoding: { cpuSeconds: 0.5, memory: 7 },
          },
          {
            ...{ memory: 30, stepSeconds: 0.25, skipped: [skip('two')] },
            decoding: { cpuSeconds: 0.25, memory: 9 },
          },
        ),
      ),
    ).toEqual({
      ...{ pages: 4, pixels: 20 * 10 * 3 + 30 * 5, side: 30, stepSeconds: 2.25 },
      memory: 40 + leftByPages([photo, photo]),
      decoding: { cpuSeconds: 0.75, memory: 9 },
      sheets: [],
      skipped: [skip('one'), skip('two')],
    });
  });

  test('leaves out what there is none of, and costs that are not known of every page', () => {
    const decoding = { cpuSeconds: 0.5, memory: 7 };
    const estimate = estimateUpload([request(), request()], estimating({ decoding }, {}));
    const memory = 10 + leftByPages([photo, photo]);
    expect(estimate).toStrictEqual({ pages: 2, pixels: 400, side: 20, memory, sheets: [] });
  });

  test('counts the pixels of a drawing at the size at which it is drawn', () => {
    const drawn = { width: 200, height: 100 };
    const { pixels, side } = estimateUpload([request()], estimating({ drawn }));
    expect({ pixels, side }).toEqual({ pixels: 20_000, side: 200 });
  });
});

describe('before the other pages are read', () => {
  const first = (pages: number): SourceFacts => ({
    ...{ format: 'tiff', width: 20, height: 10, orientation: 1, pages, bytes: 1000 },
    ...{ hasAlpha: false, progressive: false },
  });
  const recipe = recipeSchema.parse({
    name: 'scans',
    variants: [{ name: 'page', pages: 'all', steps: [] }],
  });
  const read = (pages: number, given: object, page: Partial<SourceFacts> = {}, bytes = 1000) => {
    const inspect = vi.fn(() => Promise.resolve({ ...first(1), ...page }));
    const reading = inspectPages(
      Buffer.of(),
      { ...first(pages), bytes },
      {
        ...{ recipe, limits: limitsSchema.parse(given), engine: { inspect } },
      },
    );
    return { reading, inspect };
  };

  test('their number is checked', async () => {
    const { reading, inspect } = read(4, { pages: 3 });
    await expect(reading).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(inspect).not.toHaveBeenCalled();
    expect(await read(3, { pages: 3 }).reading).toHaveLength(3);
  });

  test('the time to open the file for each of them is checked', async () => {
    // Two other pages take 3.9 seconds, which count as 4.
    const bytes = Math.round((3.9 / pageFileSeconds(1_000_000, 2)) * 1_000_000);
    const { reading, inspect } = read(3, { cpuSeconds: 3 }, {}, bytes);
    await expect(reading).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(inspect).not.toHaveBeenCalled();
    expect(await read(3, { cpuSeconds: 4 }, {}, bytes).reading).toHaveLength(3);
  });

  test('a page that is too large ends it', async () => {
    const { reading, inspect } = read(3, { side: 100 }, { width: 101 });
    await expect(reading).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(inspect).toHaveBeenCalledTimes(1);
  });
});
