import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { difference } from '../../testing/compare.ts';
import { renderAll, renderOne } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { type UltraHdrOptions, ultraHdrSample } from '../../testing/ultra-hdr.ts';
import { createEngine } from '../create-engine.ts';
import { ISO_NAME, readGainMapMetadata } from './gain-map-metadata.ts';
import { otherPictures } from './jpeg-segments.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const SEED = Number(process.env['DARKROOM_SEED'] ?? 1);
const KEEP = { metadata: ['gainMap'] };
const hdr = await ultraHdrSample({ width: 320, height: 240, orientation: 6 });

/** The gain map that libultrahdr finds in a file: it is the judge of what we write, and sees no upload. */
async function mapIn(bytes: Uint8Array): Promise<Buffer | undefined> {
  const operation = ['VipsForeignLoadUhdrBuffer'];
  sharp.unblock({ operation });
  try {
    return (await sharp(bytes).metadata()).gainMap?.image;
  } finally {
    sharp.block({ operation });
  }
}

/** How far the map of a file is from the file's own picture, 0 to 255. */
async function apart(bytes: Uint8Array): Promise<number> {
  const map = await mapIn(bytes);
  if (!map) throw new Error('no gain map');
  const { width, height, channels } = await sharp(map).metadata();
  const picture = await sharp(bytes)
    .resize({ width, height, fit: 'fill' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
  return (await difference(picture, map)).mean;
}

describe('a gain map that is kept', () => {
  const side = fc.integer({ min: 30, max: 200 });
  const share = fc.integer({ min: 0, max: 40 }).map((percent) => `${percent}%`);
  const steps = fc.array(
    fc.oneof(
      fc.constantFrom<unknown>('flip', 'flop', 'rotate', { rotate: 90 }, { rotate: -180 }),
      fc.record({
        resize: fc.record({
          width: side,
          height: side,
          fit: fc.constantFrom('cover', 'inside', 'outside', 'fill'),
          position: fc.constantFrom('centre', 'northeast', 'left'),
        }),
      }),
      fc.record({
        crop: fc.record({
          left: share,
          top: share,
          width: fc.constant('55%'),
          height: fc.constant('60%'),
        }),
      }),
      fc.constant({ crop: { aspectRatio: '1:1', gravity: 'southeast' } }),
    ),
    { maxLength: 4 },
  );

  test('follows its picture through all steps', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.record({
          orientation: fc.integer({ min: 1, max: 8 }),
          scale: fc.constantFrom(1, 2, 4),
          map: fc.constantFrom('grey', 'grey in RGB', 'coloured'),
        }),
        async (given, options) => {
          const source = await ultraHdrSample({ width: 256, height: 192, ...options });
          const { bytes } = await renderOne(engine, catalog, source, [...given, KEEP]);
          expect(await apart(bytes)).toBeLessThan(8);
        },
      ),
      { numRuns: 60, seed: SEED },
    );
  });

  test('is as many times smaller than its picture as the upload’s is', async () => {
    const steps = ['rotate', { resize: { width: 160 } }, KEEP, { encode: 'jpeg' }];
    const { bytes } = await renderOne(engine, catalog, hdr, steps);
    const { width, height, channels } = await sharp(await mapIn(bytes)).metadata();
    expect({ width, height, channels }).toMatchObject({ width: 40, height: 30 });
  });

  test('is there in every JPEG of a set, and nowhere else', async () => {
    const resize = { resize: { width: 160 } };
    const { outputs } = await renderAll(engine, catalog, hdr, {
      small: ['rotate', { resize: { width: 80 } }, KEEP, { encode: 'jpeg' }],
      large: ['rotate', resize, { sharpen: 0.5 }, KEEP, { encode: 'jpeg' }],
      webp: ['rotate', resize, KEEP, { encode: 'webp' }],
      plain: ['rotate', resize, { encode: 'jpeg' }],
    });
    const kept: [string, boolean][] = [];
    // One by one, since a loader is blocked for all at once.
    for (const [name, { bytes }] of outputs) {
      kept.push([name, (await mapIn(bytes)) !== undefined]);
    }
    expect(Object.fromEntries(kept)).toEqual({
      small: true,
      large: true,
      webp: false,
      plain: false,
    });
  });

  /** The gain of each value of a file's map, log2. */
  async function gainsIn(file: Uint8Array): Promise<Float64Array> {
    const picture = otherPictures(file)[0] ?? new Uint8Array();
    const { metadata } = (await readGainMapMetadata(picture)) ?? {};
    if (!metadata) throw new Error('no gain map');
    const { gainMapMin, gainMapMax, gamma } = metadata;
    const values = await sharp(picture).toColourspace('srgb').raw().toBuffer();
    return Float64Array.from(values, (value, at) => {
      const channel = (at % 3) as 0 | 1 | 2;
      const recovery = (value / 255) ** (1 / gamma[channel]);
      return gainMapMin[channel] + recovery * (gainMapMax[channel] - gainMapMin[channel]);
    });
  }

  test.each<[string, UltraHdrOptions]>([
    ['one gain for all colours', {}],
    ['a gain for each colour', { map: 'coloured' }],
    [
      'a range for each colour',
      {
        map: 'coloured',
        metadata: { gainMapMin: [-0.25, 0, 0.125], gainMapMax: [2, 3, 4], gamma: [1, 1.5, 0.8] },
      },
    ],
  ])('means the same as in the upload: %s', async (_, options) => {
    const source = await ultraHdrSample({ width: 256, height: 192, ...options });
    const { bytes } = await renderOne(engine, catalog, source, [KEEP]);
    const xmpAlone = Buffer.from(bytes);
    const iso = xmpAlone.lastIndexOf(ISO_NAME);
    xmpAlone.fill('x', iso, iso + ISO_NAME.length);
    const wanted = await gainsIn(source);
    for (const file of [bytes, xmpAlone]) {
      const gains = await gainsIn(file);
      expect(gains.length).toBe(wanted.length);
      const off = gains.reduce((sum, gain, at) => sum + Math.abs(gain - (wanted[at] ?? NaN)), 0);
      expect(off / gains.length).toBeLessThan(0.1);
    }
  });

  test('with a gain for each colour goes with these colours alone', async () => {
    const small = { width: 64, height: 48 };
    const isKept = async (options: UltraHdrOptions, steps: unknown[]) => {
      const source = await ultraHdrSample({ ...small, ...options });
      return (
        (await mapIn((await renderOne(engine, catalog, source, [KEEP, ...steps])).bytes)) !==
        undefined
      );
    };
    const asTheyAre = [{ colourspace: 'keep' }];
    expect(await isKept({ profile: 'p3', map: 'coloured' }, [])).toBe(false);
    expect(await isKept({ profile: 'p3', map: 'coloured' }, asTheyAre)).toBe(true);
    expect(await isKept({ profile: 'p3' }, [])).toBe(true);
    expect(await isKept({ profile: 'p3', map: 'grey in RGB' }, [])).toBe(true);
    expect(await isKept({ profile: 'srgb', map: 'coloured' }, [])).toBe(true);
  });

  test('brings nothing else of the upload with it', async () => {
    const exif = { IFD0: { Make: 'Acme', Copyright: 'Jane Doe' } };
    const source = await ultraHdrSample({ width: 64, height: 48, exif });
    const { bytes } = await renderOne(engine, catalog, source, ['rotate', KEEP]);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/Acme|Jane/);
  });

  test('goes with copyright and a profile', async () => {
    const exif = { IFD0: { Make: 'Acme', Copyright: 'Jane Doe' } };
    const source = await ultraHdrSample({ width: 64, height: 48, exif, profile: 'p3' });
    const keep = [{ metadata: ['gainMap', 'copyright'] }, { colourspace: 'keep' }];
    const { bytes } = await renderOne(engine, catalog, source, keep);
    expect(await mapIn(bytes)).toBeDefined();
    expect(Buffer.from(bytes).toString('latin1')).toContain('Jane Doe');
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
  });
});

describe('a file is the same as without the setting when its upload', () => {
  const flat = async () => sample({ width: 64, height: 48 });
  const broken = async (change: (file: Buffer) => Buffer) =>
    change(await ultraHdrSample({ width: 64, height: 48 }));
  /** Where the map begins. */
  const behind = (file: Buffer) => file.lastIndexOf(Buffer.from([0xff, 0xd8, 0xff]));

  test.each<[string, () => Promise<Buffer>]>([
    ['has no gain map', flat],
    ['is not a JPEG', () => sample({ width: 64, height: 48, format: 'png' })],
    ['has lost it', () => broken((file) => file.subarray(0, behind(file)))],
    [
      'has half of it',
      () => broken((file) => file.subarray(0, behind(file) + (file.length - behind(file)) * 0.9)),
    ],
    [
      'has another picture behind it',
      async () => {
        const file = await ultraHdrSample({ width: 64, height: 48 });
        return Buffer.concat([file.subarray(0, behind(file)), await flat()]);
      },
    ],
    [
      'has an index that points nowhere',
      () =>
        broken((file) => {
          const index = file.indexOf('MPF\0');
          return Buffer.concat([
            file.subarray(0, index + 8),
            Buffer.alloc(4, 0xff),
            file.subarray(index + 12),
          ]);
        }),
    ],
    [
      'has a map with more pixels than itself',
      () => ultraHdrSample({ width: 64, height: 48, scale: 0.5 }),
    ],
    [
      'has a map for the colours of its HDR picture',
      async () => {
        const file = await ultraHdrSample({ width: 64, height: 48, map: 'coloured' });
        const flags = file.lastIndexOf(ISO_NAME) + ISO_NAME.length + 4;
        file.writeUInt8(file.readUInt8(flags) & ~0x40, flags);
        return file;
      },
    ],
    [
      'has a map without sense',
      () => ultraHdrSample({ width: 64, height: 48, metadata: { hdrCapacityMin: 3 } }),
    ],
  ])('%s', async (_, make) => {
    const source = await make();
    const steps = [{ resize: { width: 40 } }];
    const { bytes } = await renderOne(engine, catalog, source, [...steps, KEEP]);
    expect(bytes).toEqual((await renderOne(engine, catalog, source, steps)).bytes);
  });
});

test.each<[unknown, RegExp]>([
  [{ rotate: 12 }, /^rotate cannot be combined with metadata: gainMap: the padding has no gain$/],
  [{ resize: { width: 9, height: 9, fit: 'contain' } }, /the padding has no gain/],
  [
    { resize: { width: 9, height: 9, position: 'attention' } },
    /the region depends on the pixels of the picture/,
  ],
  [
    { extend: { top: 1 } },
    /^extend cannot be combined .*: only rotate, resize, crop, flip, flop, sharpen can$/,
  ],
  ['trim', /^trim cannot be combined/],
  ['grayscale', /^grayscale cannot be combined/],
  [{ mask: 'circle' }, /^mask cannot be combined/],
  [{ watermark: { text: '©' } }, /^watermark cannot be combined/],
  [
    { encode: { format: 'jpeg', maxBytes: 999 } },
    /^encode cannot be combined with metadata: gainMap: the map is added after maxBytes is checked$/,
  ],
  [{ encode: { format: 'smallest', of: ['webp', { format: 'jpeg', maxBytes: 999 }] } }, /maxBytes/],
])('rejects a step that would invalidate a kept gain map: %j', (step, message) => {
  const { error } = catalog.stepsSchema.safeParse([KEEP, step]);
  expect(error?.issues).toMatchObject([
    { path: [1], message: expect.stringMatching(message) as string },
  ]);
});

test('a JPEG has one XMP packet', () => {
  const { error } = catalog.stepsSchema.safeParse([{ metadata: ['xmp', 'gainMap'] }]);
  expect(error?.issues[0]?.message).toMatch(/^xmp and gainMap cannot be combined/);
});
