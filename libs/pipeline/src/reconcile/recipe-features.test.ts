import { createEngine } from '@darkroom/transforms/engine';
import { animatedSample, sample } from '@darkroom/transforms/testing';
import { expect, test, vi } from 'vitest';
import { catalog } from '../catalog.ts';
import type { RecipeInput } from '../recipe/recipe.ts';
import { reconcile } from './reconcile.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';

/** What a recipe says beyond its steps, through the real engine and the whole protocol, to the manifest. */
const engine = createEngine({ catalog });
const photo = await sample({ width: 64, height: 48, format: 'jpeg' });
const large = await sample({ width: 128, height: 96, format: 'jpeg' });
const moving = await animatedSample('gif', { width: 40, height: 30, frames: 3 });

async function process(source: Uint8Array, recipe: Partial<RecipeInput>) {
  const bucket = letters(recipe, { engine });
  bucket.source.place(KEY, source);
  const outcome = await reconcile(KEY, bucket);
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  const bodyOf = (name: string) => bucket.processed.objects.get(`${KEY}/${name}`)?.body;
  return { bucket, manifest: outcome.manifest, bodyOf };
}

const encode = (format: 'webp' | 'avif' | 'png') => [{ encode: format }];

test('a responsive set is made like variants that were written out', async () => {
  const set = { name: 'w{width}', widths: [16, 32], encode: ['webp', 'jpeg'], steps: [] };
  const { manifest } = await process(photo, { variants: [set] } as Partial<RecipeInput>);
  expect(manifest.outputs.map(({ key, width }) => [key, width])).toEqual([
    [`${KEY}/w16-webp.webp`, 16],
    [`${KEY}/w16-jpeg.jpg`, 16],
    [`${KEY}/w32-webp.webp`, 32],
    [`${KEY}/w32-jpeg.jpg`, 32],
  ]);
});

test('the vCPUs reach the engine, as files at once', async () => {
  const render = vi.spyOn(engine, 'render');
  const bucket = letters({}, { engine });
  bucket.source.place(KEY, photo);
  await reconcile(KEY, { ...bucket, vcpus: 2 });
  expect(render.mock.lastCall?.[0]).toMatchObject({ concurrency: 2 });
  render.mockRestore();
});

test('effort reaches the engine', async () => {
  const render = vi.spyOn(engine, 'render');
  const { manifest: small } = await process(photo, { effort: 'small' });
  expect(render.mock.lastCall?.[0]).toMatchObject({ effort: 'small' });
  const { manifest: balanced } = await process(photo, {});
  expect(render.mock.lastCall?.[0]).toMatchObject({ effort: 'balanced' });
  render.mockRestore();
  expect(small.recipeHash).not.toBe(balanced.recipeHash);
});

test('of variants with conditions, those are made whose condition holds, and a new upload removes the others', async () => {
  const expensive = { name: 'small', when: { pixels: { max: 4000 } }, steps: encode('avif') };
  const cheap = { name: 'large', when: { pixels: { min: 4001 } }, steps: encode('webp') };
  const { bucket } = await process(photo, { variants: [expensive, cheap] });
  expect(there(bucket)).toEqual([MANIFEST, `${KEY}/small.avif`]);
  expect(manifestOf(bucket)?.outputs.map(({ variant }) => variant)).toEqual(['small']);
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });

  bucket.source.place(KEY, large);
  await reconcile(KEY, bucket);
  expect(there(bucket)).toEqual([`${KEY}/large.webp`, MANIFEST]);
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test('where no condition holds, the upload is done without outputs', async () => {
  const never = { name: 'never', when: { animated: true }, steps: encode('webp') };
  const copy = { name: 'original', when: { animated: true }, copy: true } as const;
  const { bucket, manifest } = await process(photo, { variants: [never, copy] });
  expect(manifest).toMatchObject({ status: 'done', outputs: [], placeholder: {} });
  expect(there(bucket)).toEqual([MANIFEST]);
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test('an animation is kept, or a still of its first frame, variant by variant', async () => {
  const variants = [
    { name: 'still', steps: encode('webp') },
    { name: 'moving', animated: 'keep' as const, steps: encode('webp') },
  ];
  const { bodyOf } = await process(moving, { animated: 'first', variants });
  const pagesOf = async (name: string) =>
    (await engine.inspect(bodyOf(name) ?? new Uint8Array())).pages;
  expect(await pagesOf('still.webp')).toBe(1);
  expect(await pagesOf('moving.webp')).toBe(3);
});

test('a copy has the bytes of the upload, under the extension of its true format', async () => {
  const { manifest, bodyOf } = await process(moving, {
    variants: [
      { name: 'original', copy: true },
      { name: 'web', steps: encode('webp') },
    ],
  });
  expect(bodyOf('original.gif')).toEqual(moving);
  expect(manifest.outputs.map(({ variant }) => variant)).toEqual(['original', 'web']);
  expect(manifest.outputs[0]).toMatchObject({
    format: 'gif',
    contentType: 'image/gif',
    width: 40,
    height: 30,
    bytes: moving.byteLength,
  });
});

test('of an upload that cannot be decoded there is no copy', async () => {
  const variants: RecipeInput['variants'] = [
    { name: 'original', copy: true },
    { name: 'web', steps: encode('png') },
  ];
  const bucket = letters({ variants }, { engine });
  bucket.source.place(KEY, photo.subarray(0, photo.length / 2));
  expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'rejected' });
  expect(there(bucket)).toEqual([MANIFEST]);
});

test('the placeholder is what the recipe asks for', async () => {
  const variants = [{ name: 'web', steps: encode('webp') }];
  const { manifest: usual } = await process(photo, { variants });
  expect(Object.keys(usual.placeholder ?? {})).toEqual(['thumbhash', 'dominantColour']);
  const { manifest: all } = await process(photo, { variants, placeholder: { blurhash: true } });
  expect(all.placeholder).toEqual({
    ...usual.placeholder,
    blurhash: expect.stringMatching(/^[\w#$%*+,./:;=?@[\]^{|}~-]{28}$/),
  });
  const { manifest: none } = await process(photo, { variants, placeholder: false });
  expect(none).not.toHaveProperty('placeholder');
});

test('a logo is read once for an upload; storage that does not answer for it is a retry', async () => {
  const marked = (name: string, opacity: number) => ({
    name,
    steps: [{ watermark: { image: 's3:brand/logo.png', opacity } }, ...encode('png')],
  });
  const variants = [marked('a', 1), marked('b', 0.5)];
  const logo = await sample({ width: 8, height: 8, format: 'png' });
  const readSideFile = vi.fn(() => Promise.resolve(logo));
  const marking = createEngine({ catalog, readSideFile });
  const bucket = letters({ variants }, { engine: marking });
  bucket.source.place(KEY, photo);
  expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
  expect(readSideFile).toHaveBeenCalledTimes(1);

  bucket.source.place(KEY, large);
  readSideFile.mockRejectedValueOnce(
    Object.assign(new Error('Slow down'), { code: 'THROTTLED' as const }),
  );
  await expect(reconcile(KEY, bucket)).rejects.toMatchObject({
    code: 'THROTTLED',
    message: expect.stringMatching(
      /^recipe letters, variant [ab], step 0 \(watermark\): Slow down$/,
    ),
  });
});
