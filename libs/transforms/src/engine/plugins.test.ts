import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog.ts';
import { defineTransform, type Facts, type RawPixels } from '../define-transform.ts';
import { difference, renderAll, renderOne, sample } from '../testing/index.ts';
import { createEngine, createReferenceEngine } from './index.ts';

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

/** A lazy step of a plugin, which tells nothing about the place in sharp's order. */
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

/** Every way in which a plugin may misbehave. */
const rude = defineTransform({
  name: 'rude',
  version: 1,
  kind: 'raw',
  options: z.strictObject({ how: z.string() }),
  apply(pixels, { how }): RawPixels | Promise<RawPixels> {
    const { data, width, height } = pixels;
    switch (how) {
      case 'throws':
        throw new Error('out of ink');
      case 'throws nothing':
        throw Object.create(null) as Error;
      case 'rejects':
        return Promise.reject(new Error('out of ink'));
      case 'returns nothing':
        return undefined as unknown as RawPixels;
      case 'turns grey':
        return { ...pixels, data: data.subarray(0, width * height), channels: 1 as 3 };
      case 'widens':
        return { ...pixels, data: new Uint16Array(data) as unknown as Uint8Array };
      case 'cuts':
        return { ...pixels, data: data.subarray(3) };
      case 'shrinks':
        return { ...pixels, width: width - 1 };
      case 'hangs':
        return new Promise(() => {});
      default:
        for (;;);
    }
  },
});

/** The same for lazy steps. */
const strange = defineTransform({
  name: 'strange',
  version: 1,
  options: z.strictObject({
    how: z.enum(['nothing', 'cmyk', 'alpha', 'exif', 'endless', 'no bytes']),
  }),
  apply(image, { how }, { createImage }) {
    switch (how) {
      case 'nothing':
        return 'done' as unknown as Sharp;
      case 'cmyk':
        return image.toColourspace('cmyk');
      case 'alpha':
        return image.ensureAlpha();
      case 'exif':
        return image.keepExif();
      case 'endless':
        for (;;);
      case 'no bytes':
        // A picture that waits for somebody to write its bytes.
        return new (createImage(photo).constructor as new () => Sharp)();
    }
  },
});

const gossip = defineTransform({
  name: 'gossip',
  version: 1,
  kind: 'facts',
  options: z.strictObject({ how: z.enum(['no JSON', 'too much', 'hangs']) }),
  apply(_, { how }): Facts | Promise<Facts> {
    if (how === 'no JSON') return (() => 1) as unknown as Facts;
    return how === 'too much' ? 'x'.repeat(20_000) : new Promise(() => {});
  },
});

const catalog = createCatalog([
  ...builtinTransforms,
  swap,
  soften,
  measure,
  stamp,
  rude,
  strange,
  gossip,
]);
const engine = createEngine({ catalog, stepTimeout: 2_000 });
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

  test('does not go with colours that are kept as they are', () => {
    const { error } = catalog.stepsSchema.safeParse(['swap', { colourspace: 'keep' }]);
    expect(error?.issues[0]).toMatchObject({
      path: [0],
      message: 'swap works on 8-bit sRGB pixels, which colourspace yields as srgb alone',
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

  test('stands once in a variant', () => {
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
      'step 0 (stamp): there are no side files here: "logo.png"',
    );
  });
});

describe('a plugin that', () => {
  const place = (transform: string) => ({
    recipe: 'photos',
    variant: 'one',
    step: 1,
    transform,
  });

  test.each([
    ['throws', 'out of ink'],
    ['throws nothing', 'no reason given'],
    ['rejects', 'out of ink'],
    ['returns nothing', 'returned undefined and not bytes'],
    ['turns grey', 'returned 64×48 pixels of 1 channels and not 64×48 of 3'],
    ['widens', 'returned data of Uint16Array and not bytes'],
    ['cuts', 'returned 9213 bytes and not 9216'],
    ['shrinks', 'returned 63×48 pixels of 3 channels and not 64×48 of 3'],
  ])('%s is TRANSFORM_FAILED', async (how, why) => {
    await expect(renderOne(engine, catalog, photo, ['flip', { rude: { how } }])).rejects.toThrow(
      expect.objectContaining({
        code: 'TRANSFORM_FAILED',
        message: `recipe photos, variant one, step 1 (rude): ${why}`,
        place: place('rude'),
      }) as Error,
    );
  });

  test.each([
    ['nothing', 'returned done and not an image'],
    ['alpha', 'made 4 channels and not 3'],
  ])('lazily makes something else, %s, is TRANSFORM_FAILED', async (how, why) => {
    const steps = ['flip', { strange: { how } }];
    await expect(renderOne(engine, catalog, photo, steps)).rejects.toThrow(
      expect.objectContaining({
        code: 'TRANSFORM_FAILED',
        message: `recipe photos, variant one, step 1 (strange): ${why}`,
        place: place('strange'),
      }) as Error,
    );
  });

  test('asks for another pixel format, or for metadata, does not get it', async () => {
    const source = await sample({
      width: 64,
      height: 48,
      exif: { IFD3: { GPSLatitudeRef: 'N' } },
    });
    const plain = await renderOne(engine, catalog, source, ['flip', { encode: 'jpeg' }]);
    for (const how of ['cmyk', 'exif']) {
      const steps = ['flip', { strange: { how } }, { encode: 'jpeg' }];
      const made = await renderOne(engine, catalog, source, steps);
      expect(made.bytes, how).toEqual(plain.bytes);
    }
  });

  test.each([
    ['no JSON', 'returned () => 1, which is not JSON'],
    ['too much', 'returned 20002 characters of JSON; at most 16384 are kept'],
  ])('finds no facts but %s is TRANSFORM_FAILED', async (how, why) => {
    const steps = ['flip', { gossip: { how } }];
    await expect(renderOne(engine, catalog, photo, steps)).rejects.toThrow(
      expect.objectContaining({
        code: 'TRANSFORM_FAILED',
        message: `recipe photos, variant one, step 1 (gossip): ${why}`,
        place: place('gossip'),
      }) as Error,
    );
  });

  test.each([
    ['rude', 'hangs'],
    ['rude', 'loops'],
    ['strange', 'endless'],
    ['gossip', 'hangs'],
    ['strange', 'no bytes'],
  ])('never returns is TIMEOUT: %s %s', async (transform, how) => {
    const impatient = createEngine({ catalog, stepTimeout: 100 });
    const steps = ['flip', { [transform]: { how } }];
    await expect(renderOne(impatient, catalog, photo, steps)).rejects.toThrow(
      expect.objectContaining({
        code: 'TIMEOUT',
        message: `recipe photos, variant one, step 1 (${transform}): did not return within 0.1 s`,
        place: place(transform),
      }) as Error,
    );
  });

  test('hangs is TIMEOUT as soon as the time of the upload is over', async () => {
    const patient = createEngine({ catalog, concurrency: 2, stepTimeout: 600_000 });
    const upload = new AbortController();
    const variants = { one: ['flip', { rude: { how: 'hangs' } }], two: ['flip', png] };
    const facts = await patient.inspect(photo);
    const rendering = patient.render({
      source: photo,
      facts,
      recipe: 'photos',
      variants: Object.entries(variants).map(([name, steps]) => ({
        name,
        steps: catalog.stepsSchema.parse(steps),
      })),
      signal: upload.signal,
    });
    const work = (async () => {
      // The other variant is there first, and starts the clock.
      for await (const { kind } of rendering) {
        if (kind === 'output') upload.abort(new Error('time is over'));
      }
    })();
    await expect(work).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('never returns leaves other uploads alone', async () => {
    const impatient = createEngine({ catalog, stepTimeout: 300 });
    const [stuck, fine] = await Promise.allSettled([
      renderOne(impatient, catalog, photo, [{ rude: { how: 'loops' } }]),
      renderOne(impatient, catalog, photo, ['flip', { resize: { width: 32 } }]),
    ]);
    expect(stuck.status).toBe('rejected');
    expect(fine.status).toBe('fulfilled');
  });
});
