import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { defineTransform } from '../define-transform.ts';
import { difference } from '../testing/compare.ts';
import { renderAll, renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { createEngine, createReferenceEngine } from './create-engine.ts';

const none = z.strictObject({});

/** Swaps red and blue, by hand. */
const swap = defineTransform({
  name: 'swap',
  version: 1,
  kind: 'raw',
  options: none,
  apply(pixels) {
    const { data, channels } = pixels;
    for (let i = 0; i < data.length; i += channels) {
      [data[i], data[i + 2]] = [data[i + 2] ?? 0, data[i] ?? 0];
    }
    return pixels;
  },
});

/** A lazy step of a plugin that does not declare `slots`. */
const soften = defineTransform({
  name: 'soften',
  version: 1,
  options: none,
  apply: (image) => image.blur(),
});

/** What an analysis is given: width and height of the picture. */
const measure = defineTransform({
  name: 'measure',
  version: 1,
  kind: 'facts',
  options: none,
  async apply(image, _, { input }) {
    const { info } = await image.raw().toBuffer({ resolveWithObject: true });
    return { size: [info.width, info.height], channels: info.channels, promised: input.width };
  },
});

const stamp = defineTransform({
  name: 'stamp',
  version: 1,
  options: z.strictObject({ file: z.string() }),
  async apply(image, { file }, { readFile }) {
    const input = Buffer.from(await readFile(file));
    return image.composite([{ input, gravity: 'northwest' }]).removeAlpha();
  },
});

/** A lazy step that declares its place in sharp's order, and nothing about alpha. */
const overlay = defineTransform({
  name: 'overlay',
  version: 1,
  options: none,
  slots: () => ['composite'],
  apply(image, _, { input: { width, height } }) {
    const background = { r: 255, g: 0, b: 0, alpha: 0.5 };
    return image.composite([{ input: { create: { width, height, channels: 4, background } } }]);
  },
});

/** A lazy step that composites an SVG of its own. */
const badge = defineTransform({
  name: 'badge',
  version: 1,
  options: none,
  apply: (image) =>
    image.composite([
      { input: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>') },
    ]),
});

const catalog = createCatalog([...builtinTransforms, swap, soften, measure, stamp, overlay, badge]);
const engine = createEngine({ catalog });
const photo = await sample({ width: 64, height: 48 });
const holed = await sample({ width: 64, height: 48, alpha: true, format: 'png' });
const png = { encode: 'png' };

describe('a transform of raw pixels', () => {
  test.each([
    ['a photo', photo],
    ['a picture with alpha', holed],
  ])('takes its turn between lazy ones: %s', async (_, source) => {
    const steps = [{ resize: { width: 32 } }, 'swap', { blur: 2 }, 'swap', png];
    const [once, twice, reference] = await Promise.all([
      renderOne(engine, catalog, source, [{ resize: { width: 32 } }, 'swap', png]),
      renderOne(engine, catalog, source, steps),
      renderOne(createReferenceEngine({ catalog }), catalog, source, steps),
    ]);
    const plain = await renderOne(engine, catalog, source, [
      { resize: { width: 32 } },
      { blur: 2 },
      png,
    ]);
    expect((await difference(twice.bytes, reference.bytes)).psnr).toBeGreaterThan(40);
    expect((await difference(twice.bytes, plain.bytes)).psnr).toBeGreaterThan(40);
    expect((await difference(once.bytes, plain.bytes)).mean).toBeGreaterThan(5);
  });

  test('has a copy of its own: other variants from the same pixels do not change', async () => {
    const variants = {
      one: ['flip', 'swap', png],
      two: ['flip', 'swap', 'swap', png],
      three: ['flip', png],
    };
    const { outputs } = await renderAll(engine, catalog, photo, variants);
    expect(outputs.get('two')?.bytes).toEqual(outputs.get('three')?.bytes);
  });

  test('cannot be combined with kept colours', () => {
    const { error } = catalog.stepsSchema.safeParse(['swap', { colourspace: 'keep' }]);
    expect(error?.issues[0]).toMatchObject({
      path: [0],
      message: 'swap works on 8-bit sRGB pixels, which require colourspace: srgb',
    });
  });
});

test('a lazy transform may leave floating-point numbers, in colours that are kept too', async () => {
  const wide = await sample({ width: 64, height: 48, format: 'png', profile: 'p3' });
  for (const format of ['png', 'tiff']) {
    const steps = [{ colourspace: 'keep' }, 'soften', 'soften', 'flip', { encode: format }];
    const output = await renderOne(engine, catalog, wide, steps);
    expect(await sharp(output.bytes).metadata()).toMatchObject({
      depth: 'uchar',
      hasProfile: true,
    });
    const wanted = await sharp(wide).flip().png().toBuffer();
    expect((await difference(output.bytes, wanted)).mean).toBeLessThan(12);
  }
});

describe('a transform that finds facts', () => {
  test('sees the picture as its turn comes, and leaves it alone', async () => {
    const before = await renderOne(engine, catalog, photo, [{ resize: { width: 32 } }, png]);
    const output = await renderOne(engine, catalog, photo, [
      { resize: { width: 32 } },
      'measure',
      png,
    ]);
    expect(output.facts).toEqual({ measure: { size: [32, 24], channels: 3, promised: 32 } });
    expect(output.bytes).toEqual(before.bytes);
    expect(before).not.toHaveProperty('facts');
  });

  test('is done once for variants that share it, and comes out in each', async () => {
    const { outputs } = await renderAll(engine, catalog, photo, {
      a: ['measure', { resize: { width: 32 } }],
      b: ['measure', { resize: { width: 16 } }],
      c: [{ resize: { width: 8 } }],
    });
    expect(outputs.get('a')?.facts).toEqual(outputs.get('b')?.facts);
    expect(outputs.get('c')).not.toHaveProperty('facts');
  });

  test('can be used once in a variant', () => {
    expect(catalog.stepsSchema.safeParse(['measure', 'flip', 'measure']).success).toBe(false);
  });
});

describe('a side file', () => {
  test('is read by name, bounded', async () => {
    const logo = await sample({ width: 8, height: 8, format: 'png' });
    const asked: unknown[] = [];
    const reading = createEngine({
      catalog,
      readSideFile: (name, { maxBytes }) => {
        asked.push([name, maxBytes]);
        return Promise.resolve(logo);
      },
    });
    const output = await renderOne(reading, catalog, photo, [{ stamp: { file: 'logo.png' } }, png]);
    expect(asked).toEqual([['logo.png', 16 * 1024 * 1024]]);
    expect(output).toMatchObject({ width: 64, height: 48 });
  });

  test('that is too large, or not there, fails its step', async () => {
    const steps = [{ stamp: { file: 'logo.png' } }];
    const huge = createEngine({
      catalog,
      readSideFile: () => Promise.resolve(new Uint8Array(16 * 1024 * 1024 + 1)),
    });
    await expect(renderOne(huge, catalog, photo, steps)).rejects.toThrow(
      'recipe photos, variant one, step 0 (stamp): logo.png has 16777217 bytes; at most 16777216 are read',
    );
    await expect(renderOne(engine, catalog, photo, steps)).rejects.toThrow(
      'step 0 (stamp): no side files are configured: cannot read "logo.png"',
    );
  });
});

describe('composite', () => {
  const photo = () => sample({ width: 64, height: 48 });

  test.each([
    ['alone', ['overlay']],
    ['after a resize in the same pipeline', [{ resize: { width: 32 } }, 'overlay']],
    ['before other steps', ['overlay', 'negate', 'overlay']],
  ])('with declared slots keeps an opaque picture opaque: %s', async (_, steps) => {
    const made = await renderOne(engine, catalog, await photo(), [...steps, { encode: 'png' }]);
    expect(await engine.inspect(made.bytes)).toMatchObject({ hasAlpha: false });
  });

  test('with declared slots keeps alpha that the picture has', async () => {
    const made = await renderOne(engine, catalog, holed, ['overlay', { encode: 'png' }]);
    expect(await engine.inspect(made.bytes)).toMatchObject({ hasAlpha: true });
  });

  test('of an SVG names the formats that a step can open', async () => {
    await expect(renderOne(engine, catalog, await photo(), ['badge'])).rejects.toMatchObject({
      code: 'TRANSFORM_FAILED',
      message: expect.stringMatching(
        /step 0 \(badge\): .*unsupported image format.* SVG is blocked/,
      ),
    });
  });
});
