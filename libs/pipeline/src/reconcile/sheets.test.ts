import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '@darkroom/transforms/engine';
import { difference, sample } from '@darkroom/transforms/testing';
import { describe, expect, test } from 'vitest';
import { catalog, decodersOf } from '../catalog.ts';
import { limitsSchema } from '../contract/limits.ts';
import { type RecipeInput, recipeSchema } from '../recipe/recipe.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';
import { describeUpload } from './describe-upload.ts';
import { MemoryBudget } from './memory-budget.ts';
import { inspectUpload } from './pages.ts';
import { reconcile } from './reconcile.ts';

/** Contact sheets through the real engine and the whole protocol. */
const engine = createEngine({ catalog, decoders: decodersOf([{ formats: ['pdf'] }]) });
const FOLDER = path.resolve(import.meta.dirname, '../../../transforms/fixtures');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));
/** Pages of 96×136, 136×96 and 80×60 pixels. */
const scan = fixture('pages/pillow.tiff');
/** 5 frames of 48×36 pixels. */
const clip = fixture('frames/background.gif');
const SHEET = `${KEY}/sheet.png`;

type Variant = RecipeInput['variants'][number];
const sheet = (more: object, ...steps: unknown[]): Partial<RecipeInput> => ({
  variants: [{ name: 'sheet', ...more, steps: [...steps, { encode: 'png' }] } as Variant],
});
const MONTAGE = { montage: { gap: 4, background: '#336699' } };

async function done(source: Uint8Array, given: Partial<RecipeInput>, more: object = {}) {
  const bucket = letters(given, { engine, ...more });
  bucket.source.place(KEY, source);
  await reconcile(KEY, bucket);
  return bucket;
}

type Bucket = Awaited<ReturnType<typeof done>>;
const bodyOf = (bucket: Bucket, key = SHEET) => bucket.processed.objects.get(key)!.body;

test.each([
  ['pages', scan, 'pages/pillow-sheet.png'],
  ['frames', clip, 'frames/background-sheet.png'],
] as const)('all %s are one picture, as ImageMagick joins them', async (parts, source, wanted) => {
  const bucket = await done(source, sheet({ [parts]: 'all' }, MONTAGE));
  expect(there(bucket)).toEqual([MANIFEST, SHEET]);
  expect((await difference(bodyOf(bucket), fixture(wanted))).largest).toBe(0);
  const [output] = manifestOf(bucket)?.outputs ?? [];
  expect(output).toMatchObject({ variant: 'sheet', key: SHEET, format: 'png' });
  expect(output).not.toHaveProperty('pages');
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test('transparent parts stay on a transparent sheet, as Pillow shows the frames', async () => {
  const montage = { montage: { columns: 1, background: 'transparent' } };
  for (const name of ['previous.gif', 'blended.webp']) {
    const bucket = await done(fixture(`frames/${name}`), sheet({ frames: 'all' }, montage));
    const wanted = fixture(`frames/${name.replace('.', '-')}.png`);
    expect((await engine.inspect(bodyOf(bucket))).hasAlpha).toBe(true);
    expect((await difference(bodyOf(bucket), wanted)).mean).toBeLessThan(0.2);
  }
});

test('steps before it work on each picture, steps after it on the sheet', async () => {
  const steps = [{ resize: { width: 20, height: 20 } }, 'montage', { resize: { width: 30 } }];
  const bucket = await done(scan, sheet({ pages: 'all' }, ...steps));
  // 2×2 cells of 20×20 pixels, reduced; `fit` is that of the last resize, which has one side only.
  const [output] = manifestOf(bucket)?.outputs ?? [];
  expect(output).toMatchObject({ width: 30, height: 30 });
  expect(output).not.toHaveProperty('fit');
});

test.each([
  ['2-3', 2, 1],
  [{ evenly: 2 }, 2, 1],
  [3, 1, 1],
  ['all', 2, 2],
])('pages: %j are a grid', async (pages, columns, rows) => {
  const steps = [{ resize: { width: 20, height: 20 } }, 'montage'];
  const bucket = await done(scan, sheet({ pages }, ...steps));
  const size = { width: 20 * columns, height: 20 * rows };
  expect(manifestOf(bucket)?.outputs).toMatchObject([size]);
});

test('pages that the upload does not have make no sheet', async () => {
  const bucket = await done(scan, {
    variants: [
      ...(sheet({ pages: '4-9' }, 'montage').variants ?? []),
      { name: 'web', steps: [{ encode: 'webp' }] },
    ],
  });
  expect(there(bucket)).toEqual([MANIFEST, `${KEY}/web.webp`]);
});

test('uploads with one page or frame are a sheet of one cell', async () => {
  // 40×30 pixels as displayed.
  const photo = await sample({ width: 40, height: 30, format: 'jpeg', orientation: 6 });
  for (const parts of ['pages', 'frames']) {
    const bucket = await done(photo, sheet({ [parts]: 'all' }, 'montage'));
    // Cells are upright.
    expect(manifestOf(bucket)?.outputs).toMatchObject([{ key: SHEET, width: 40, height: 30 }]);
  }
});

test('a variant changes between a sheet and pages, and leaves nothing behind', async () => {
  const pages: Partial<RecipeInput> = { variants: [{ name: 'sheet', pages: 'all', steps: [] }] };
  const bucket = await done(scan, sheet({ pages: 'all' }, 'montage'));
  const recipesOf = ({ recipes }: Pick<Bucket, 'recipes'>) => recipes;
  await reconcile(KEY, { ...bucket, recipes: recipesOf(letters(pages)) });
  const numbered = [1, 2, 3].map((page) => `${KEY}/sheet-p${page}.tiff`);
  expect(there(bucket)).toEqual([MANIFEST, ...numbered]);
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([MANIFEST, SHEET]);
});

test('an animation that becomes shorter changes the sheet only', async () => {
  const bucket = await done(clip, sheet({ frames: 'all' }, { montage: 5 }));
  expect(manifestOf(bucket)?.outputs).toMatchObject([{ width: 240 }]);
  bucket.source.place(KEY, fixture('frames/background-gif.png'));
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([MANIFEST, SHEET]);
  expect(manifestOf(bucket)?.outputs).toMatchObject([{ width: 240, height: 180 }]);
});

test('a retry makes the sheet as a whole, and the same manifest', async () => {
  const recipe = sheet({ frames: 'all' }, 'montage');
  recipe.variants?.push({ name: 'still', frames: 'all', steps: [{ encode: 'png' }] });
  const bucket = await done(clip, recipe);
  const [before, file] = [bodyOf(bucket, MANIFEST), bodyOf(bucket)];
  bucket.processed.objects.delete(MANIFEST);
  bucket.requests();
  await reconcile(KEY, bucket, { retry: true });
  const puts = bucket.requests().filter((request) => request.startsWith('PUT'));
  expect(puts).toEqual([expect.stringContaining('manifest.json')]);
  for (const key of [MANIFEST, SHEET]) bucket.processed.objects.delete(key);
  await reconcile(KEY, bucket, { retry: true });
  expect(bodyOf(bucket, MANIFEST)).toEqual(before);
  expect(Buffer.from(bodyOf(bucket)).equals(Buffer.from(file))).toBe(true);
});

test.each([
  ['the format of the upload', [], 'gif'],
  ['a searched quality', [{ encode: { format: 'webp', quality: { ssim: 0.9 } } }], 'webp'],
  ['the smallest', [{ encode: { format: 'smallest', of: ['png', 'tiff'] } }], 'png'],
  ['a document of one page', [{ encode: 'pdf' }], 'pdf'],
] as const)('the sheet is written in %s', async (_name, encode, format) => {
  const steps = ['montage', ...encode] as Variant['steps'];
  const bucket = await done(clip, { variants: [{ name: 'sheet', frames: 'all', steps }] });
  const [output] = manifestOf(bucket)?.outputs ?? [];
  expect(output).toMatchObject({ variant: 'sheet', format, width: 144, height: 72 });
  expect(there(bucket)).toEqual([MANIFEST, `${KEY}/sheet.${format}`]);
  const facts = await engine.inspect(bodyOf(bucket, output?.key));
  expect(facts).toMatchObject({ format, pages: 1 });
});

test('widths are those of the sheet, or of its cells', async () => {
  const small = { encode: ['png'], widths: [24] };
  const bucket = await done(clip, {
    variants: [
      { name: 'whole', frames: 'all', ...small, steps: ['montage'] } as Variant,
      { name: 'cells', frames: 'all', ...small, steps: ['resize', 'montage'] } as Variant,
    ],
  });
  expect(manifestOf(bucket)?.outputs).toMatchObject([
    { variant: 'whole-24-png', width: 24, height: 12 },
    { variant: 'cells-24-png', width: 72, height: 36 },
  ]);
});

test('a picture that cannot be made leaves out the sheet, and is named', async () => {
  const recipe = sheet({ pages: 'all' }, { crop: { width: 90, height: 90 } }, 'montage');
  recipe.variants?.push({ name: 'web', steps: [{ encode: 'webp' }] });
  const bucket = await done(scan, recipe);
  expect(manifestOf(bucket)).toMatchObject({
    outputs: [{ variant: 'web' }],
    skipped: [
      { variant: 'sheet', code: 'NOT_APPLICABLE', message: expect.stringMatching(/^page 3: /) },
    ],
  });
});

test('a trimmed frame may be smaller than its plan says', async () => {
  const steps = ['trim', { resize: { height: 20 } }, MONTAGE];
  const bucket = await done(clip, sheet({ frames: 'all' }, ...steps));
  expect(manifestOf(bucket)?.outputs).toMatchObject([{ height: 44 }]);
});

test('cells with more bytes than memory is reserved for leave out the sheet', async () => {
  const small: typeof engine = {
    ...engine,
    estimate: (request) => {
      const estimate = engine.estimate(request);
      const cells = estimate.cells?.map((cell) => ({ ...cell, width: 1, height: 1 }));
      return { ...estimate, ...(cells && { cells }) };
    },
  };
  const large = await sample({ width: 800, height: 600, format: 'png' });
  const recipe = sheet({ pages: 'all' }, 'montage');
  expect(manifestOf(await done(large, recipe, { engine: small }))).toMatchObject({
    error: { code: 'TOO_LARGE', message: expect.stringContaining('more with page 1') },
  });
});

test('a sheet that needs more memory than the function has is left out', async () => {
  const recipe = sheet({ frames: 'all' }, { resize: { width: 4000 } }, 'montage');
  recipe.variants?.push({ name: 'still', frames: 'all', steps: [{ encode: 'png' }] });
  const memory = new MemoryBudget(400);
  expect(manifestOf(await done(clip, recipe, { memory }))).toMatchObject({
    outputs: [1, 2, 3, 4, 5].map((frame) => ({ variant: `still-f${frame}` })),
    skipped: [{ variant: 'sheet', code: 'TOO_LARGE', retryable: true }],
  });
});

test('a sheet that does not fit into its format is left out before any pixel is decoded', async () => {
  const steps = [{ resize: { width: 17_000, height: 1, fit: 'fill' } }, { montage: 1 }];
  const wide: Variant = {
    name: 'sheet',
    pages: 'all',
    steps: [...steps, { encode: 'webp' }],
  } as Variant;
  const render: typeof engine.render = () => {
    throw new Error('rendered');
  };
  const bucket = await done(scan, { variants: [wide] }, { engine: { ...engine, render } });
  expect(manifestOf(bucket)).toMatchObject({
    error: { code: 'TOO_LARGE', message: expect.stringContaining('17000×3 pixels do not fit') },
  });
});

test('the CPU time of joining counts', async () => {
  const source = clip;
  const recipe = (montage: unknown[]) =>
    recipeSchema.parse({
      ...{ name: 'clips' },
      ...sheet({ frames: 'all' }, { resize: { width: 1500 } }, ...montage),
    });
  const limits = limitsSchema.parse({});
  const granted = { limits, function: { memory: 3008 } };
  const described = async (montage: unknown[]) => {
    const own = recipe(montage);
    const pages = await inspectUpload(source, { recipe: own, limits, engine });
    return describeUpload(own, pages, engine, granted);
  };
  const [one, other] = [await described(['montage']), await described([])];
  expect(one.decodeSeconds).toBeGreaterThan((other.decodeSeconds ?? 0) + 0.4);
  expect(one.memory.upload).toBeGreaterThan(other.memory.upload + 100);
});

test('the description has the cells and the steps of the sheet', async () => {
  const recipe = recipeSchema.parse({
    ...{ name: 'clips' },
    ...sheet({ frames: 'all' }, MONTAGE, { resize: { width: 76 } }),
  });
  const limits = limitsSchema.parse({});
  const pages = await inspectUpload(clip, { recipe, limits, engine });
  const { text } = describeUpload(recipe, pages, engine, { limits, function: { memory: 1769 } });
  expect(text).toContain('frames, 48×36: 5 cells of sheet\n');
  expect(text).toContain('sheet of 5 cells: png, 152×76');
  expect(text).toContain('step 1 of sheet: resize, to 76×38');
});

describe('recipes', () => {
  const problems = (...variants: unknown[]) => {
    const { error } = recipeSchema.safeParse({ name: 'r', variants });
    const lines = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return lines?.join('\n') ?? '';
  };

  test.each([
    ['no pages', {}, ['montage'], /variants\.0\.steps\.0\.montage: .*needs `pages` or `frames`/],
    ['the first page', { pages: 'first' }, ['montage'], /needs `pages` or `frames`/],
    ['two of them', { pages: 'all' }, ['montage', 'montage'], /steps\.1: .*montage only once/],
    ['after encode', { pages: 'all' }, [{ encode: 'png' }, 'montage'], /comes after encode/],
    ['facts before it', { pages: 'all' }, ['dhash', 'montage'], /steps\.1: dhash before montage/],
    ['values of the file', { pages: 'all' }, ['montage', 'stretch'], /move it before montage/],
    [
      'a gain map',
      { pages: 'all' },
      ['montage', { metadata: ['gainMap'] }],
      /montage cannot be combined with metadata: gainMap/,
    ],
    ['a wrong option', { pages: 'all' }, [{ montage: { gap: -1 } }], /steps\.0\.montage\.gap: /],
    ['no column', { pages: 'all' }, [{ montage: 0 }], /steps\.0\.montage: /],
  ])('%s: refused', (_name, more, steps, message) => {
    expect(problems({ name: 'sheet', ...more, steps })).toMatch(message);
  });

  test('a sheet has a name without a number', () => {
    const own = { name: 'a', pages: 'all', steps: ['montage'] };
    expect(problems(own, { name: 'a-p1', steps: [] })).toBe('');
    expect(problems(own, { name: 'a', steps: [] })).toContain('already taken');
  });
});

test('facts are about the sheet, and metadata is kept', async () => {
  const exif = { IFD0: { Make: 'Acme', Model: 'Scan 1' } };
  const photo = await sample({ width: 40, height: 30, format: 'jpeg', exif });
  const steps = [{ metadata: ['exif'] }, 'montage', 'dhash'];
  const bucket = await done(photo, sheet({ pages: 'all' }, ...steps));
  expect(manifestOf(bucket)?.outputs[0]?.facts).toEqual({ dhash: expect.any(String) });
  expect((await engine.inspect(bodyOf(bucket))).camera).toBe('Acme Scan 1');
});
