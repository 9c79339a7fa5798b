import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { renderAll, renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../fixtures/facts');
/** 60×40 pixels. */
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const keep = { metadata: { keep: ['resolution'] } };

/** The resolution of the output, as another file's is read. */
async function resolutionOf(source: Uint8Array, ...steps: unknown[]) {
  const { bytes } = await renderOne(engine, catalog, source, steps);
  return (await engine.inspect(bytes)).resolution;
}

describe.each(['jpeg', 'png', 'tiff', 'webp', 'avif'])('%s', (format) => {
  test('states the resolution of the upload', async () => {
    const found = await resolutionOf(fixture('grey.png'), keep, { encode: format });
    expect(found?.x).toBeCloseTo(300, 1);
    expect(found?.y).toBeCloseTo(300, 1);
  });

  test('states half of it for half the pixels, and as much for a crop: the size on paper stays', async () => {
    const crop = { crop: { left: 4, top: 2, width: 40, height: 20 } };
    const steps = [
      keep,
      { resize: { width: 30 } },
      { crop: { left: 1, top: 1, width: 9, height: 9 } },
    ];
    expect((await resolutionOf(fixture('grey.png'), ...steps, { encode: format }))?.x).toBeCloseTo(
      150,
      1,
    );
    expect(
      (await resolutionOf(fixture('grey.png'), keep, crop, { encode: format }))?.x,
    ).toBeCloseTo(300, 1);
  });

  test('does not state it unless the recipe keeps it, nor anything else of the upload', async () => {
    const { bytes } = await renderOne(engine, catalog, fixture('grey.png'), [{ encode: format }]);
    expect((await engine.inspect(bytes)).resolution?.x ?? 25.4).toBe(25.4);
    const kept = await renderOne(engine, catalog, fixture('photo.jpg'), [keep, { encode: format }]);
    const { icc, xmp } = await sharp(kept.bytes).metadata();
    expect([icc, xmp]).toEqual([undefined, undefined]);
  });
});

test('the resolution that an encode step sets wins', async () => {
  const encode = { format: 'tiff', xres: 4, yres: 4 };
  expect((await resolutionOf(fixture('grey.png'), keep, { encode }))?.x).toBeCloseTo(101.6, 1);
});

describe('a fax whose pixels are not square', () => {
  test('is scaled to square ones before any step', async () => {
    // 204×98 dpi: 60×40 pixels are as wide as 60×83 square ones.
    const made = await renderOne(engine, catalog, fixture('fax.tiff'), [keep, { encode: 'png' }]);
    expect([made.width, made.height]).toEqual([60, 83]);
    expect((await engine.inspect(made.bytes)).resolution).toEqual({ x: 204, y: 204 });
    const small = await renderOne(engine, catalog, fixture('fax.tiff'), [
      { resize: { width: 30 } },
      { encode: 'webp' },
    ]);
    expect([small.width, small.height]).toEqual([30, 42]);
  });

  test('looks like the one that ImageMagick resamples', async () => {
    const { bytes } = await renderOne(engine, catalog, fixture('fax.tiff'), [{ encode: 'png' }]);
    // Programs differ in the edges of single dots.
    const reduced = (file: Uint8Array) =>
      sharp(file).resize(12).toColourspace('b-w').raw().toBuffer();
    const [ours = Buffer.of(), theirs = Buffer.of()] = await Promise.all(
      [bytes, fixture('fax-square.png')].map(reduced),
    );
    expect(ours.length).toBe(theirs.length);
    const squares = ours.reduce((sum, value, at) => sum + (value - (theirs[at] ?? 0)) ** 2, 0);
    expect(Math.sqrt(squares / ours.length)).toBeLessThan(6);
  });

  test('gives a placeholder of its true shape', async () => {
    const { placeholder } = await renderAll(engine, catalog, fixture('fax.tiff'), {
      one: [{ encode: 'webp' }],
    });
    const [, , , , flags = 0] = Buffer.from(placeholder?.thumbhash ?? '', 'base64');
    // A ThumbHash of a portrait.
    expect(flags & 0x80).toBe(0);
  });

  test('other formats keep their pixels: viewers show them as squares', async () => {
    const made = await renderOne(engine, catalog, fixture('photo.jpg'), [keep, { encode: 'png' }]);
    expect([made.width, made.height]).toEqual([60, 40]);
    expect((await engine.inspect(made.bytes)).resolution?.x ?? 25.4).toBe(25.4);
  });
});

describe.each(['keep', 'p3', 'srgb'])('colourspace: %s', (colourspace) => {
  test.each(['jpeg', 'png'])(
    'a %s with a resolution has the colours of one without',
    async (format) => {
      const photo = await sharp(
        await sample({ width: 40, height: 30, profile: 'p3', format: 'png' }),
      )
        .keepIccProfile()
        .withMetadata({ density: 300 })
        .keepIccProfile()
        .png()
        .toBuffer();
      const steps = [{ colourspace }, { resize: { width: 20 } }, { encode: format }];
      const read = async (all: unknown[]) => {
        const { bytes } = await renderOne(engine, catalog, photo, all);
        const { icc = Buffer.of(), density } = await sharp(bytes).metadata();
        const pixels = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
        return { icc: icc.toString('hex'), pixels: pixels.toString('hex'), density };
      };
      const [own, plain] = [await read([keep, ...steps]), await read(steps)];
      expect({ ...own, density: 0 }).toEqual({ ...plain, density: 0 });
      expect(own.density).toBe(150);
    },
  );
});
