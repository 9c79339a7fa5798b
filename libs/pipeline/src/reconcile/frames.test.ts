import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '@darkroom/transforms/engine';
import { expect, test } from 'vitest';
import { catalog } from '../catalog.ts';
import { limitsSchema } from '../contract/limits.ts';
import { type RecipeInput, recipeSchema } from '../recipe/recipe.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';
import { describeUpload } from './describe-upload.ts';
import { inspectUpload } from './pages.ts';
import { reconcile } from './reconcile.ts';

/** Animations through the real engine and the whole protocol. */
const engine = createEngine({ catalog });
const FOLDER = path.resolve(import.meta.dirname, '../../../transforms/fixtures/frames');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));
/** 5 frames of 48×36 pixels. */
const long = fixture('background.gif');
/** A picture that does not move. */
const still = readFileSync(path.join(FOLDER, 'background-gif.png'));

const FRAMES: Partial<RecipeInput> = {
  variants: [
    { name: 'still', frames: 'all', steps: [{ encode: 'png' }] },
    { name: 'clip', steps: [{ resize: { width: 24 } }, { encode: 'webp' }] },
    { name: 'few', frames: { evenly: 2 }, steps: [{ resize: { width: 24 } }, { encode: 'jpeg' }] },
  ],
};

function place(source: Uint8Array, limits: object = {}, recipe = FRAMES) {
  const bucket = letters(recipe, { engine, limits });
  bucket.source.place(KEY, source);
  return bucket;
}

const ALL = [
  `${KEY}/clip.webp`,
  ...[1, 3].map((frame) => `${KEY}/few-f${frame}.jpg`),
  MANIFEST,
  ...[1, 2, 3, 4, 5].map((frame) => `${KEY}/still-f${frame}.png`),
];

test('each frame is an output, in order', async () => {
  const bucket = place(long);
  await reconcile(KEY, bucket);
  const manifest = manifestOf(bucket);
  expect(manifest?.source).toMatchObject({ format: 'gif', width: 48, height: 36, pages: 5 });
  expect(manifest?.outputs.map(({ variant, width }) => [variant, width])).toEqual([
    ...[1, 2, 3, 4, 5].map((frame) => [`still-f${frame}`, 48]),
    ['clip', 24],
    ['few-f1', 24],
    ['few-f3', 24],
  ]);
  expect(there(bucket)).toEqual(ALL);
  expect(manifest).toMatchObject({ placeholder: { thumbhash: expect.any(String) } });
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test('an animation that shrinks to a still picture has one frame left', async () => {
  const bucket = place(long);
  await reconcile(KEY, bucket);
  bucket.source.place(KEY, still);
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([
    `${KEY}/clip.webp`,
    `${KEY}/few-f1.jpg`,
    MANIFEST,
    `${KEY}/still-f1.png`,
  ]);
});

test('a retry makes only the frames that are not there, and the same manifest', async () => {
  const bucket = place(long);
  await reconcile(KEY, bucket);
  const before = bucket.processed.objects.get(MANIFEST)?.body;
  for (const key of [MANIFEST, `${KEY}/still-f4.png`]) bucket.processed.objects.delete(key);
  bucket.requests();
  await reconcile(KEY, bucket, { retry: true });
  const puts = bucket.requests().filter((request) => request.startsWith('PUT'));
  expect(puts.filter((request) => /-f\d/.test(request))).toEqual([
    expect.stringContaining('still-f4.png'),
  ]);
  expect(bucket.processed.objects.get(MANIFEST)?.body).toEqual(before);
});

const STILLS: Partial<RecipeInput> = { variants: FRAMES.variants?.slice(0, 1) ?? [] };

test.each([
  // The first frame is read in any case.
  [{ pages: 4 }, 'pages: 5, the limit is 4'],
  [{ pixels: 8_000 }, 'pixels in all pages: 8,640, the limit is 8,000'],
])('limits %j count the frames that have pictures', async (limits, message) => {
  const bucket = place(long, limits, STILLS);
  await reconcile(KEY, bucket);
  expect(manifestOf(bucket)).toMatchObject({ error: { code: 'TOO_LARGE', message } });
});

test('frames that the recipe does not need do not count', async () => {
  const first: Partial<RecipeInput> = {
    variants: [{ name: 'few', frames: '1-2', steps: [{ encode: 'png' }] }],
  };
  const bucket = place(long, { pages: 2 }, first);
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([`${KEY}/few-f1.png`, `${KEY}/few-f2.png`, MANIFEST]);
});

test('a damaged frame rejects the animation', async () => {
  const animation = fixture('libwebp.webp');
  const cut = animation.subarray(0, animation.length - 300);
  const bucket = place(cut, {}, STILLS);
  await reconcile(KEY, bucket);
  expect(manifestOf(bucket)).toMatchObject({ error: { code: 'CORRUPT_IMAGE' } });
  expect(there(bucket)).toEqual([MANIFEST]);
});

test('the description has the frames, and what they cost together', async () => {
  const recipe = recipeSchema.parse({ name: 'clips', ...FRAMES });
  const limits = limitsSchema.parse({});
  const pages = await inspectUpload(long, { recipe, limits, engine });
  const { text } = describeUpload(recipe, pages, engine, {
    ...{ limits, function: { memory: 1769 } },
  });
  expect(text).toContain('frames, 48×36: still-f1, still-f2, still-f3, still-f4, still-f5, few-f1');
  // 5 that move, and 4 more than the first one as stills.
  expect(text).toContain('pages: 9 of 500');
});
