import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { tiffFile, type TiffOptions } from '../../testing/tiff-file.ts';
import { createEngine } from '../create-engine.ts';
import { headerWithoutExtraChannels, withoutExtraChannels } from './tiff-channels.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const SIZE = { width: 40, height: 30 };
const [ASSOCIATED, UNASSOCIATED, UNSPECIFIED] = [1, 2, 0];
/** Colours, alpha, then channels that would spoil the picture. */
const SAMPLES = [200, 100, 50, 255, 10, 30, 90, 0, 5, 7];

/** The same everywhere but in the left half, where alpha is 0 and the others are different. */
function picture(options: Omit<TiffOptions, 'width' | 'height'>, order = SAMPLES): Buffer {
  const scale = options.depth === 16 ? 257 : 1;
  return tiffFile({ ...SIZE, ...options }, (x, _, sample) => {
    const value = order[sample] ?? 0;
    return scale * (x < 20 ? 255 - value : value);
  });
}

async function pixelAt(source: Buffer, left: number): Promise<number[]> {
  const { bytes } = await renderOne(engine, catalog, source, ['rotate', { encode: 'png' }]);
  const area = { left, top: 15, width: 1, height: 1 };
  return [...(await sharp(bytes).extract(area).raw().toBuffer())];
}

const layouts: [string, Partial<TiffOptions>][] = [
  ['not compressed', {}],
  ['deflated', { deflate: true }],
  ['deflated differences', { deflate: true, predicted: true }],
  ['tiles', { tile: 16 }],
  ['deflated differences in tiles', { tile: 16, deflate: true, predicted: true }],
  ['planes', { planar: true }],
  ['16 bits', { depth: 16 }],
  ['16 bits, big endian', { depth: 16, bigEndian: true }],
  ['16 bits, deflated differences, big endian', { depth: 16, bigEndian: true, deflate: true, predicted: true }],
  ['planes of 16 bits', { depth: 16, planar: true }],
  ['BigTIFF', { bigTiff: true }],
  ['BigTIFF, planes, big endian', { bigTiff: true, planar: true, bigEndian: true }],
]; // prettier-ignore

describe('CMYK of 16 bits with alpha is the picture of 8 bits', () => {
  // Ink, then half of the opacity.
  const inks = [40, 200, 90, 10, 128, 77];
  const cmyk = (options: Partial<TiffOptions>) =>
    picture({ samples: 5, photometric: 5, extra: [UNASSOCIATED], ...options }, inks);

  test.each<[string, Partial<TiffOptions>]>([
    ['strips', {}],
    ['tiles', { tile: 16 }],
    ['planes', { planar: true }],
    ['deflated differences, big endian', { deflate: true, predicted: true, bigEndian: true }],
    ['a spot colour', { samples: 6, extra: [UNASSOCIATED, UNSPECIFIED] }],
  ])('%s', async (_, options) => {
    const [deep, shallow] = [cmyk({ ...options, depth: 16 }), cmyk(options)];
    expect(await engine.inspect(deep)).toMatchObject({ hasAlpha: true, coding: { depth: 8 } });
    for (const left of [5, 30]) {
      const pixel = await pixelAt(deep, left);
      expect(pixel).toEqual(await pixelAt(shallow, left));
      expect(pixel[3]).toBe(left < 20 ? 127 : 128);
    }
  });
});

describe.each(layouts)('%s', (_, layout) => {
  test.each([5, 6, 10])('keeps colours and alpha of %d channels', async (samples) => {
    const extra = [UNASSOCIATED, ...new Array<number>(samples - 4).fill(UNSPECIFIED)];
    const source = picture({ samples, extra, ...layout });
    const facts = { hasAlpha: true, ...SIZE, bytes: source.length };
    expect(await engine.inspect(source)).toMatchObject(facts);
    expect(await pixelAt(source, 30)).toEqual([200, 100, 50, 255]);
    expect((await pixelAt(source, 5))[3]).toBe(0);
  });

  test.each([1, 2, 3])('drops %d channels that are not alpha', async (count) => {
    const extra = new Array<number>(count).fill(UNSPECIFIED);
    const source = picture({ samples: 3 + count, extra, ...layout });
    expect(await engine.inspect(source)).toMatchObject({ hasAlpha: false });
    expect(await pixelAt(source, 30)).toEqual([200, 100, 50]);
  });

  test('keeps an alpha that is not the first extra channel', async () => {
    const order = [200, 100, 50, 10, 255, 30];
    const extra = [UNSPECIFIED, UNASSOCIATED, UNSPECIFIED];
    const source = picture({ samples: 6, extra, ...layout }, order);
    expect(await pixelAt(source, 30)).toEqual([200, 100, 50, 255]);
  });

  test.each([0, 1])('keeps grey and alpha, photometric %d', async (photometric) => {
    const extra = [UNASSOCIATED, UNSPECIFIED];
    const source = picture({ samples: 3, extra, photometric, ...layout }, [200, 255, 10]);
    const grey = photometric === 0 ? 55 : 200;
    expect(await pixelAt(source, 30)).toEqual([grey, grey, grey, 255]);
  });
});

test('keeps the colours of CMYK', async () => {
  const order = [0, 255, 255, 0, 255, 10, 30];
  const extra = [UNASSOCIATED, UNSPECIFIED, UNSPECIFIED];
  const source = picture({ samples: 7, extra, photometric: 5 }, order);
  const plain = picture({ samples: 4, photometric: 5 }, order);
  expect((await pixelAt(source, 30)).slice(0, 3)).toEqual(await pixelAt(plain, 30));
});

test('keeps premultiplied alpha, orientation and the picture’s profile', async () => {
  const tags = { 274: 6 };
  const source = picture({ samples: 5, extra: [ASSOCIATED, UNSPECIFIED], tags });
  expect(await engine.inspect(source)).toMatchObject({ width: 30, height: 40, orientation: 6 });
  const repacked = await withoutExtraChannels(source);
  expect(await sharp(repacked).metadata()).toMatchObject({ channels: 4, orientation: 6 });
  const { data } = await sharp(repacked).raw().toBuffer({ resolveWithObject: true });
  expect([...data.subarray(-4)]).toEqual([200, 100, 50, 255]);
});

test('keeps planes of grey and alpha without other channels', async () => {
  const extra = [UNASSOCIATED];
  const source = picture({ samples: 2, extra, photometric: 1, planar: true }, [200, 255]);
  expect(await pixelAt(source, 30)).toEqual([200, 200, 200, 255]);
});

test('an extra channel that is not declared at all stays alpha', async () => {
  const source = picture({ samples: 4 });
  expect(await withoutExtraChannels(source)).toBe(source);
  expect(await engine.inspect(source)).toMatchObject({ hasAlpha: true });
});

test('a picture with damaged strips is corrupt', async () => {
  const source = picture({ samples: 6, extra: [2, 0, 0], deflate: true });
  source.fill(0xff, 20, 60);
  const promise = renderOne(engine, catalog, source, ['rotate', { encode: 'png' }]);
  await expect(promise).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
});

test('damaged directories never throw while the header is read', () => {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.constant(new Uint8Array(4).fill(255)));
  const files = [false, true].map((bigTiff) => picture({ samples: 6, extra: [2, 0, 0], bigTiff }));
  const changes = fc.array(fc.record({ place, bytes }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...files), changes, (file, list) => {
      const damaged = Buffer.from(file);
      // The directory is at the end.
      const start = file.length - 400;
      for (const { place: at, bytes: written } of list) {
        const offset = start + Math.floor(at * 392);
        damaged.set(written.subarray(0, damaged.length - offset), offset);
      }
      expect(headerWithoutExtraChannels(damaged).length).toBeLessThan(2 * file.length + 200_000);
    }),
    { numRuns: 2000 },
  );
});
