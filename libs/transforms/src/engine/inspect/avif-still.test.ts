import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { avifSequence, type SequenceOptions } from '../../testing/avif-sequence.ts';
import { renderOne } from '../../testing/render.ts';
import { box } from '../../testing/structure/isobmff.ts';
import { createEngine } from '../create-engine.ts';
import { stillOfSequence } from './avif-still.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const SIZE = { width: 64, height: 48 };
/** Of the three frames. avifdec 0.11 decodes these files to the colours of the first one, within 1; it refuses bare samples. */
const COLOURS = ['#c83214', '#14c832', '#3214c8'] as const;
const FIRST = [200, 50, 20];

function frame(background: string, alpha: boolean, bits: 8 | 10 = 8): Promise<Buffer> {
  const clear = { ...SIZE, channels: 4, background: '#00000000' } as const;
  const half = { create: { width: 32, height: 48, channels: 3, background } } as const;
  const image = alpha
    ? sharp({ create: clear }).composite([{ input: half, left: 0, top: 0 }])
    : sharp({ create: { ...SIZE, channels: 3, background } });
  return image
    .avif({ quality: 90, effort: 0, bitdepth: bits, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

async function sequence(options: SequenceOptions = {}, alpha = false, bits: 8 | 10 = 8) {
  const frames = await Promise.all(COLOURS.map((colour) => frame(colour, alpha, bits)));
  return avifSequence(frames, SIZE, options);
}

async function pixelOf(source: Buffer, left: number): Promise<number[]> {
  const { bytes } = await renderOne(engine, catalog, source, ['rotate', { encode: 'png' }]);
  const { data } = await sharp(bytes)
    .extract({ left, top: 20, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data];
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...b.map((value, index) => Math.abs(value - (a[index] ?? 0))));
}

describe('an AVIF sequence becomes a still of its first frame', () => {
  test.each<[string, SequenceOptions, 8 | 10]>([
    ['without an item', {}, 8],
    ['of 10 bits', {}, 10],
    ['whose item is another frame', { still: true }, 8],
    ['of the general brand', { brand: 'msf1' }, 8],
    ['of 64-bit offsets', { long: true }, 8],
    ['whose sequence header is only in its configuration', { bareSamples: true }, 8],
  ])('%s', async (_, options, bits) => {
    const source = await sequence(options, false, bits);
    expect(await engine.inspect(source)).toMatchObject({
      ...{ format: 'avif', pages: 1, hasAlpha: false, ...SIZE },
      bytes: source.length,
    });
    expect(distance(await pixelOf(source, 10), FIRST)).toBeLessThanOrEqual(3);
  });

  test('with alpha', async () => {
    const source = await sequence({}, true);
    expect(await engine.inspect(source)).toMatchObject({ hasAlpha: true, ...SIZE });
    expect(distance(await pixelOf(source, 10), [...FIRST, 255])).toBeLessThanOrEqual(3);
    expect((await pixelOf(source, 50))[3]).toBeLessThanOrEqual(3);
  });

  test('with a rotation', async () => {
    const source = await sequence({ properties: [box('irot', Buffer.from([1]))] });
    expect(await engine.inspect(source)).toMatchObject({ width: 48, height: 64 });
  });

  test('with the item’s copyright', async () => {
    const exif = { IFD0: { Copyright: 'Jane' } };
    const last = await sharp(await frame(COLOURS[2], false))
      .withExif(exif)
      .avif()
      .toBuffer();
    const frames = [await frame(COLOURS[0], false), last];
    const still = stillOfSequence(avifSequence(frames, SIZE, { still: true }));
    expect((await sharp(still).metadata()).exif?.includes('Jane')).toBe(true);
  });

  test('if a sequence is declared premultiplied, the still is too', async () => {
    const still = Buffer.from(stillOfSequence(await sequence({ premultiplied: true }, true)));
    expect(still.includes('prem')).toBe(true);
  });
});

test('a still picture stays as it is, although it also has a track', async () => {
  const source = await sequence({ brand: 'avif', still: true });
  expect(stillOfSequence(source)).toBe(source);
});

test('a sequence that ends within its first frame is corrupt', async () => {
  const source = await sequence();
  const [start] = [source.lastIndexOf('mdat')];
  const cut = source.subarray(0, start + 20);
  await expect(engine.inspect(cut)).rejects.toMatchObject({ code: 'CORRUPT_IMAGE' });
});

test('a sequence with damaged boxes never throws, and its still is not much larger than itself', async () => {
  const source = await sequence({ still: true }, true);
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const change = fc.record({
    place,
    bytes: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.constant(new Uint8Array(4).fill(255))),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), place, (changes, length) => {
      const damaged = Buffer.from(source.subarray(0, 20 + Math.ceil(source.length * length)));
      for (const { place: at, bytes } of changes) {
        const start = 12 + Math.floor(at * (damaged.length - 12));
        damaged.set(bytes.subarray(0, damaged.length - start), start);
      }
      expect(stillOfSequence(damaged).length).toBeLessThan(4 * source.length);
    }),
    { numRuns: 3000 },
  );
});
