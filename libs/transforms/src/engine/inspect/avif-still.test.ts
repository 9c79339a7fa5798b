import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { avifSequence, type SequenceOptions } from '../../testing/avif-sequence.ts';
import { renderOne } from '../../testing/render.ts';
import { avif, box } from '../../testing/structure/isobmff.ts';
import { latin1, type Piece, uint16, uint32 } from '../../testing/structure/piece.ts';
import { createEngine } from '../create-engine.ts';
import { stillOfSequence } from './avif-still.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const SIZE = { width: 64, height: 48 };
/** Of the three frames. avifdec 0.11 decodes these files to the colours of the first one, within 1; it refuses bare samples. */
const COLOURS = ['#c83214', '#14c832', '#3214c8'] as const;
const FIRST = [200, 50, 20];

function frame(background: string, alpha: boolean, bits: 8 | 10 | 12 = 8): Promise<Buffer> {
  const clear = { ...SIZE, channels: 4, background: '#00000000' } as const;
  const half = { create: { width: 32, height: 48, channels: 3, background } } as const;
  const image = alpha
    ? sharp({ create: clear }).composite([{ input: half, left: 0, top: 0 }])
    : sharp({ create: { ...SIZE, channels: 3, background } });
  return image
    .avif({ quality: 90, effort: 0, bitdepth: bits, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

async function sequence(options: SequenceOptions = {}, alpha = false, bits: 8 | 10 | 12 = 8) {
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
  test.each<[string, SequenceOptions, 8 | 10 | 12]>([
    ['without an item', {}, 8],
    ['of 10 bits', {}, 10],
    ['whose item is another frame', { still: true }, 8],
    ['of the general brand', { brand: 'msf1' }, 8],
    ['of the general brand, whose item is another frame', { brand: 'msf1', still: true }, 8],
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

/** All boxes of a file, each before the ones inside it. */
function boxesOf(file: Uint8Array): readonly Piece[] {
  const flat = (pieces: readonly Piece[]): Piece[] =>
    pieces.flatMap((piece) => [piece, ...flat(piece.inner?.pieces ?? [])]);
  return flat(avif.split(Buffer.from(file)));
}

const boxOf = (file: Uint8Array, name: string) => boxesOf(file).find(({ type }) => type === name);

/** The properties of each item: its number, the type, `!` if readers must know it, and what some types contain. */
function propertiesOf(file: Uint8Array): string[] {
  const shown = ['ispe', 'pixi', 'auxC', 'irot'];
  const properties = boxOf(file, 'ipco')?.inner?.pieces ?? [];
  const { data: owners = Buffer.of() } = boxOf(file, 'ipma') ?? {};
  const found: string[] = [];
  for (let at = 8; at < owners.length; at += 3 + owners.readUInt8(at + 2)) {
    const indices = owners.subarray(at + 3, at + 3 + owners.readUInt8(at + 2));
    for (const index of indices) {
      const { type, data = Buffer.of() } = properties[(index & 0x7f) - 1] ?? { type: 'none' };
      const content = shown.includes(type) ? ` ${data.toString('hex')}` : '';
      found.push(`${owners.readUInt16BE(at)} ${type}${index & 0x80 ? '!' : ''}${content}`);
    }
  }
  return found;
}

const propertiesOfStill = async (...given: Parameters<typeof sequence>) =>
  propertiesOf(stillOfSequence(await sequence(...given)));

describe('the items of the still have the properties', () => {
  test('of the track, and those that a track need not have', async () => {
    expect(await propertiesOfStill({}, true)).toEqual([
      '1 ispe 000000000000004000000030',
      '1 pixi 0000000003080808',
      '1 av1C!',
      '2 ispe 000000000000004000000030',
      '2 pixi 000000000108',
      '2 av1C!',
      `2 auxC! 00000000${Buffer.from('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0').toString('hex')}`,
    ]);
  });

  test.each([
    [8, '0000000003080808'],
    [10, '00000000030a0a0a'],
    [12, '00000000030c0c0c'],
  ] as const)('for %i bits', async (bits, content) => {
    expect(await propertiesOfStill({}, false, bits)).toContain(`1 pixi ${content}`);
  });

  test('once, if the track has them', async () => {
    const declared = box('pixi', Buffer.from([0, 0, 0, 0, 3, 8, 8, 8]));
    const found = await propertiesOfStill({ properties: [declared] });
    expect(found.filter((property) => property.startsWith('1 pixi'))).toHaveLength(1);
  });

  test('that items may have, up to 64', async () => {
    const turn = box('irot', Buffer.from([1]));
    const coding = box('ccst', Buffer.alloc(8));
    const found = await propertiesOfStill({ properties: [coding, turn] });
    expect(found.slice(-1)).toEqual(['1 irot! 01']);
    expect(found.join()).not.toContain('ccst');
    const many = await propertiesOfStill({ properties: new Array<Buffer>(100).fill(turn) });
    // And the size, and the bits.
    expect(many).toHaveLength(64 + 2);
  });
});

describe('the tracks of a sequence', () => {
  const items = async (options: SequenceOptions) =>
    boxesOf(stillOfSequence(await sequence(options, true))).filter(({ type }) => type === 'infe')
      .length;

  test.each<[what: string, options: SequenceOptions, items: number]>([
    ['are the colours and their alpha', {}, 2],
    ['have an id behind long times, too', { long: true }, 2],
    ['may begin with the alpha', { alphaFirst: true }, 2],
    ['may have an alpha of several tracks', { alphaOf: [9, 1] }, 2],
    ['may have an alpha of other colours', { alphaOf: [5] }, 1],
    [
      'may have another picture that belongs to them',
      { alphaFirst: true, alphaHandler: 'pict' },
      1,
    ],
  ])('%s', async (_, options, count) => {
    const source = await sequence(options, true);
    expect(await items(options)).toBe(count);
    expect(distance(await pixelOf(source, 10), FIRST)).toBeLessThanOrEqual(3);
  });

  test('have their first sample in the still, with the sequence header once', async () => {
    const [whole, bare] = await Promise.all(
      [false, true].map(async (bareSamples) =>
        boxOf(stillOfSequence(await sequence({ bareSamples })), 'mdat')?.data.toString('hex'),
      ),
    );
    // Without the temporal delimiter.
    expect(bare).toBe(whole?.replace(/^1200/, ''));
  });

  test('may have one sample, which ends with the file', async () => {
    const source = avifSequence([await frame(COLOURS[0], false)], SIZE);
    expect(distance(await pixelOf(source, 10), FIRST)).toBeLessThanOrEqual(3);
  });
});

describe('metadata of a sequence', () => {
  const full = (type: string, version: number, ...content: Buffer[]) =>
    box(type, Buffer.concat([uint32(version << 24), ...content]));
  const info = (version: number, id: number, type: string) =>
    full('infe', version, uint16(id), uint16(0), latin1(`${type}\0`));
  /** Where an item is: from a place in the `idat` box, so many bytes. */
  const place = (id: number, from: number, length: number) =>
    Buffer.concat([uint16(id), uint16(1), uint16(0), uint16(1), uint32(from), uint32(length)]);
  const data = async (...boxes: Buffer[]) => {
    const meta = full('meta', 0, ...boxes);
    return boxOf(stillOfSequence(await sequence({ meta })), 'mdat')?.data.toString('latin1');
  };
  const places = full(
    'iloc',
    1,
    ...[uint16(0x4400), uint16(4), place(1, 0, 3), place(2, 3, 3), place(3, 6, 3), place(4, 9, 3)],
  );
  const content = box('idat', latin1('onetwosixten'));

  test('is EXIF and XMP, one of each, of items that have a type', async () => {
    const infos = [info(2, 1, 'Exif'), info(2, 2, 'mime'), info(2, 3, 'mime'), info(2, 4, 'uri ')];
    const short = full('iinf', 0, uint16(4), ...infos);
    expect(await data(short, places, content)).toMatch(/onetwo$/);
    const long = full('iinf', 1, uint32(4), ...infos);
    expect(await data(long, places, content)).toMatch(/onetwo$/);
    const old = full('iinf', 0, uint16(2), info(0, 1, 'Exif'), info(2, 3, 'mime'));
    expect(await data(old, places, content)).toMatch(/[^e]six$/);
  });

  test('may be missing, or have no place', async () => {
    const none = await data();
    expect(await data(places, content)).toBe(none);
    expect(await data(full('iinf', 0, uint16(1), info(2, 1, 'Exif')), content)).toBe(none);
  });

  test('describes the picture', async () => {
    const infos = full('iinf', 0, uint16(1), info(2, 1, 'Exif'));
    const meta = full('meta', 0, infos, places, content);
    const still = stillOfSequence(await sequence({ meta }));
    expect(boxOf(still, 'cdsc')?.data.toString('hex')).toBe('000200010001');
  });
});

test.each([
  ...['ftyp', 'moov', 'trak', 'tkhd', 'mdia', 'hdlr', 'minf', 'stbl'],
  ...['stsd', 'av01', 'av1C', 'stsz', 'stco'],
])('a sequence without `%s` stays as it is', async (name) => {
  const source = await sequence();
  source.write('free', source.indexOf(name), 'latin1');
  expect(stillOfSequence(source)).toBe(source);
});

test.each([
  ['has no bytes', 'stsz', 4 + 12, 0],
  ['has no coding', 'av01', -4, 4],
])('a sequence whose first sample %s stays as it is', async (_, name, offset, value) => {
  const source = await sequence();
  source.writeUInt32BE(value, source.indexOf(name) + offset);
  expect(stillOfSequence(source)).toBe(source);
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
