import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderAll, renderOne } from '../../testing/render.ts';
import { animatedSample, sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 320, height: 240, format: 'png' });
const encode = (options: unknown, source = photo, ...steps: unknown[]) =>
  renderOne(engine, catalog, source, [...steps, { encode: options }]);
const smallest = (...of: unknown[]) => ({ format: 'smallest', of });

test.each([
  [['webp', 'png'], 'webp'],
  [['png', 'avif', 'jpeg'], 'avif'],
  [
    [
      { format: 'webp', quality: 95 },
      { format: 'jpeg', quality: 20 },
    ],
    'jpeg',
  ],
])('of %j is %s, as if that stood alone', async (of, format) => {
  const output = await encode(smallest(...of));
  expect(output.format).toBe(format);
  const alone = of.find((one) => (typeof one === 'string' ? one : one.format) === format);
  expect(output.bytes).toEqual((await encode(alone)).bytes);
  expect((await sharp(output.bytes).metadata()).mediaType).toBe(`image/${format}`);
});

test('a drawing and a photo get what suits them', async () => {
  const drawing = await sharp({
    create: { width: 320, height: 240, channels: 3, background: 'white' },
  })
    .composite([{ input: { create: { width: 100, height: 80, channels: 3, background: 'red' } } }])
    .png()
    .toBuffer();
  const either = smallest('jpeg', 'png');
  expect((await encode(either, drawing)).format).toBe('png');
  expect((await encode(either, photo)).format).toBe('jpeg');
});

describe('what a format cannot hold', () => {
  test('does not write a transparent picture as JPEG, unless it is flattened', async () => {
    const clear = await sample({ width: 320, height: 240, format: 'png', alpha: true });
    const either = smallest({ format: 'jpeg', quality: 1 }, 'png');
    expect((await encode(either, clear)).format).toBe('png');
    expect((await encode(either, clear, { flatten: 'white' })).format).toBe('jpeg');
  });

  test('an animation is a GIF or WebP, unless its first frame is enough', async () => {
    const moving = await animatedSample('gif', { frames: 3 });
    const either = smallest({ format: 'avif', quality: 1 }, 'webp');
    const output = await encode(either, moving);
    expect(output.format).toBe('webp');
    expect((await sharp(output.bytes).metadata()).pages).toBe(3);
    expect((await encode(smallest('avif', 'jpeg'), moving)).format).toMatch(/avif|jpeg/);
  });

  test('a picture that is too wide for one goes into another', async () => {
    const wide = await sample({ width: 40, height: 4, format: 'png' });
    const resize = { resize: { width: 20_000, height: 4, fit: 'fill' } };
    expect((await encode(smallest('webp', 'jpeg'), wide, resize)).format).toBe('jpeg');
    await expect(encode(smallest('webp', 'avif'), wide, resize)).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });
});

test('a candidate that does not fit is left aside, as long as another one does', async () => {
  const tight = { format: 'jpeg', maxBytes: 100 };
  expect((await encode(smallest(tight, 'png'))).format).toBe('png');
  await expect(encode(smallest(tight, { format: 'webp', maxBytes: 50 }))).rejects.toMatchObject({
    code: 'NOT_APPLICABLE',
    message: expect.stringMatching(
      /^recipe photos, variant one, step 0 \(encode\): jpeg takes \d+ bytes .* 100; webp takes \d+ bytes .* 50$/,
    ) as string,
  });
});

test('each follows the recipe’s effort', async () => {
  const steps = [{ encode: smallest('webp', 'png') }];
  const small = await renderOne(engine, catalog, photo, steps, { effort: 'small' });
  const alone = await renderOne(engine, catalog, photo, [{ encode: 'webp' }], { effort: 'small' });
  expect(small.bytes).toEqual(alone.bytes);
});

test('other variants of the upload are what they are alone', async () => {
  const steps = [{ resize: { width: 160 } }];
  const { outputs } = await renderAll(engine, catalog, photo, {
    small: [...steps, { encode: smallest('webp', 'jpeg') }],
    fixed: [...steps, { encode: 'jpeg' }],
  });
  expect(outputs.get('fixed')?.bytes).toEqual((await encode('jpeg', photo, ...steps)).bytes);
});

test.each([
  [{ format: 'smallest', of: ['webp'] }, ['of']],
  [{ format: 'smallest' }, ['of']],
  [smallest('webp', 'bmp'), ['of', 1]],
  [smallest('webp', { format: 'jpeg', quality: 300 }), ['of', 1, 'quality']],
  [smallest('webp', { format: 'png', maxBytes: 3 }), ['of', 1, 'maxBytes']],
  [{ ...smallest('webp', 'jpeg'), quality: 3 }, ['quality']],
])('%j is refused by name', (encode, path) => {
  const { error } = catalog.stepsSchema.safeParse([{ encode }]);
  expect(error?.issues[0]?.path).toEqual([0, 'encode', ...path]);
  expect(error?.issues[0]?.message).not.toBe('');
});
