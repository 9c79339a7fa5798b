import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { RawPixels } from '../bound-transform.ts';
import type { Facts } from '../image-engine.ts';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { defineTransform } from '../define-transform.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { createEngine } from './create-engine.ts';

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
        // A picture whose input stream never gets any bytes.
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

const catalog = createCatalog([...builtinTransforms, rude, strange, gossip]);
const engine = createEngine({ catalog, stepTimeout: 2_000 });
const photo = await sample({ width: 64, height: 48 });
const png = { encode: 'png' };

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
    // Long enough for the other upload on a busy machine.
    const impatient = createEngine({ catalog, stepTimeout: 2_000 });
    const [stuck, fine] = await Promise.allSettled([
      renderOne(impatient, catalog, photo, [{ rude: { how: 'loops' } }]),
      renderOne(impatient, catalog, photo, ['flip', { resize: { width: 32 } }]),
    ]);
    expect(stuck.status).toBe('rejected');
    expect(fine.status).toBe('fulfilled');
  });
});
