/** Damaged or hostile metadata: EXIF, comments, texts, profiles. The pixels are still accepted. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { sample } from '@darkroom/transforms/testing';
import { EXIF_PREFIX } from '@darkroom/transforms/testing/structure/exif.ts';
import { jpeg } from '@darkroom/transforms/testing/structure/jpeg.ts';
import {
  latin1,
  uint16LE,
  uint32,
  uint32LE,
  type Piece,
} from '@darkroom/transforms/testing/structure/piece.ts';
import { png } from '@darkroom/transforms/testing/structure/png.ts';
import { webp } from '@darkroom/transforms/testing/structure/riff.ts';
import { item, PLANTED } from './hostile-upload.ts';

const SIZE = { width: 64, height: 48 };

/** A photo with these segments after its first one. */
async function jpegWith(...segments: readonly Piece[]): Promise<Buffer> {
  const pieces = jpeg.split(await sample(SIZE));
  return jpeg.join(pieces.toSpliced(1, 0, ...segments));
}

async function pngWith(...chunks: readonly Piece[]): Promise<Buffer> {
  const pieces = png.split(await sample({ ...SIZE, format: 'png' }));
  return png.join(pieces.toSpliced(1, 0, ...chunks));
}

/** A WebP of the extended kind, with flags that announce what follows (container specification, "Extended File Format"). */
async function webpWith(flags: number, chunk: Piece): Promise<Buffer> {
  const all = webp.split(await sample({ ...SIZE, format: 'webp' }));
  const picture = all.filter(({ type }) => type === 'VP8 ');
  const canvas = Buffer.from([flags, 0, 0, 0, SIZE.width - 1, 0, 0, SIZE.height - 1, 0, 0]);
  const body = chunk.type === 'ICCP' ? [chunk, ...picture] : [...picture, chunk];
  return webp.join([{ type: 'VP8X', data: canvas }, ...body]);
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

/** Directories one after the other, from byte 8 on; `next` is where the last one says that another follows. */
function exif(
  directories: readonly (readonly Entry[])[],
  next = 0,
  tail: Buffer = Buffer.alloc(0),
): Buffer {
  const parts = directories.map((entries, index) =>
    Buffer.concat([
      uint16LE(entries.length),
      ...entries.map(({ tag, type, count, value }) =>
        Buffer.concat([uint16LE(tag), uint16LE(type), uint32LE(count), uint32LE(value)]),
      ),
      uint32LE(index === directories.length - 1 ? next : 0),
    ]),
  );
  return Buffer.concat([latin1('II*\0'), uint32LE(8), ...parts, tail]);
}

const app1 = (block: Buffer): Piece => ({ type: 'e1', data: Buffer.concat([EXIF_PREFIX, block]) });
/** Pointers to the EXIF and GPS directories (CIPA DC-008, 4.6.3). */
const pointer = (tag: number, value: number): Entry => ({ tag, type: 4, count: 1, value });
const [EXIF_DIRECTORY, GPS_DIRECTORY, DESCRIPTION] = [0x8769, 0x8825, 0x010e];
const [RESOLUTION, EXPOSURE_TIME] = [0x011a, 0x829a];
const NO_FRACTION: Entry = { tag: EXPOSURE_TIME, type: 5, count: 0, value: 0 };
/** Two fractions 0/0, at the place of the directory's last fields. */
const ZERO_FRACTION: Entry = { tag: EXPOSURE_TIME, type: 5, count: 2, value: 36 };

const BLOCKS: Readonly<Record<string, Buffer>> = {
  'whose first directory is its own next one': exif([[pointer(0x0112, 1)]], 8),
  'whose EXIF directory is its first one': exif([[pointer(EXIF_DIRECTORY, 8)]]),
  'whose EXIF and GPS directories are each other': exif([
    [pointer(EXIF_DIRECTORY, 26)],
    [pointer(GPS_DIRECTORY, 8), pointer(EXIF_DIRECTORY, 26)],
  ]),
  'with a value of 4 GiB': exif([[{ tag: DESCRIPTION, type: 2, count: 0xffffffff, value: 8 }]]),
  'with 16 million fractions': exif([[{ tag: RESOLUTION, type: 5, count: 0xfffe01, value: 8 }]]),
  'with a fraction of nothing': exif([[pointer(EXIF_DIRECTORY, 26)], [NO_FRACTION]]),
  'with a fraction by zero': exif([[pointer(EXIF_DIRECTORY, 26)], [ZERO_FRACTION]]),
  'with a value behind its end': exif([
    [{ tag: DESCRIPTION, type: 2, count: 99, value: 0xffff0000 }],
  ]),
  'with a value of no known type': exif([[{ tag: DESCRIPTION, type: 99, count: 1, value: 1 }]]),
  'with a directory behind its end': exif([[pointer(EXIF_DIRECTORY, 0xfffffff0)]]),
  'that says 65,535 entries and has one': (() => {
    const block = exif([[pointer(0x0112, 1)]]);
    block.writeUInt16LE(0xffff, 8);
    return block;
  })(),
  'with orientation 4,294,967,295': exif([[pointer(0x0112, 0xffffffff)]]),
  'that ends in its header': latin1('II*\0'),
  'of zeros': Buffer.alloc(1000),
};

function described(text: string): Buffer {
  const value = latin1(`${text}\0`);
  return exif([[{ tag: DESCRIPTION, type: 2, count: value.length, value: 26 }]], 0, value);
}

/** 50 MB of text in 50 kB (PNG, third edition, 11.3.3). */
const bomb = (start: string) =>
  Buffer.concat([latin1(start), deflateSync(Buffer.alloc(50_000_000, 'planted-words '))]);

const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/">${PLANTED.script}</x:xmpmeta>`;

/** A profile of the right length and with the right signature, whose table has these many tags. */
function profile(tags: number, length = 400): Buffer {
  const block = Buffer.alloc(length);
  uint32(length).copy(block);
  latin1('acsp').copy(block, 36);
  latin1('mntrRGB XYZ ').copy(block, 12);
  uint32(tags).copy(block, 128);
  return block;
}

/** Every tag is the same description, as long as the profile. Reading it once for each tag takes minutes. */
function echoing(length: number): Buffer {
  const tags = Math.floor(length / 12) - 24;
  const block = profile(tags, length);
  const text = 132 + tags * 12;
  for (let tag = 0; tag < tags; tag++) {
    Buffer.concat([latin1('desc'), uint32(text), uint32(length - text)]).copy(
      block,
      132 + tag * 12,
    );
  }
  Buffer.concat([latin1('mluc'), uint32(0), uint32(1), uint32(12), latin1('enUS')]).copy(
    block,
    text,
  );
  Buffer.concat([uint32(length), uint32(0)]).copy(block, text + 20);
  return block;
}

/** As many entries as fit. Each contains the rest of the block: 2.6 × 10¹¹ bytes in all. */
function echoingExif(): Buffer {
  const all = { tag: DESCRIPTION, type: 2, count: 4_000_000, value: 8 };
  return exif(
    [Array.from({ length: 65_535 }, (_, tag) => ({ ...all, tag }))],
    0,
    Buffer.alloc(4_000_000, 'x'),
  );
}

const icc = (data: Buffer): Piece => ({
  type: 'e2',
  data: Buffer.concat([latin1('ICC_PROFILE\0\x01\x01'), data]),
});
const iccp = (data: Buffer): Piece => ({
  type: 'iCCP',
  data: Buffer.concat([latin1('icc\0\0'), deflateSync(data)]),
});

const PROFILES: Readonly<Record<string, Buffer>> = {
  'of zeros': Buffer.alloc(400),
  'of text': latin1(PLANTED.words.repeat(30)),
  'of 4,294,967,295 tags': profile(0xffffffff),
  'of 22 tags that are zeros': profile(22),
  'without tags': profile(0, 132),
  'of one byte': Buffer.from([1]),
  'of a thousand tags with one long text': echoing(48_000),
};

export const TAGS = [
  ...Object.entries(BLOCKS).flatMap(([what, block]) => [
    item(`EXIF ${what}, in a JPEG`, 'DONE', () => jpegWith(app1(block))),
    item(`EXIF ${what}, in a PNG`, 'DONE', () => pngWith({ type: 'eXIf', data: block })),
    item(`EXIF ${what}, in a WebP`, 'DONE', () => webpWith(0x08, { type: 'EXIF', data: block })),
  ]),
  item('65,535 EXIF entries with the same 4 MB', 'DONE', () =>
    pngWith({ type: 'eXIf', data: echoingExif() }),
  ),
  item('a script in the description', 'DONE', () => jpegWith(app1(described(PLANTED.script)))),
  item('a description of 60 kB', 'DONE', () =>
    jpegWith(app1(described(PLANTED.words.repeat(4_600)))),
  ),
  item('a comment of 60 kB', 'DONE', () =>
    jpegWith({ type: 'fe', data: latin1(PLANTED.words.repeat(4_600)) }),
  ),
  item('1,000 comments of 60 kB', 'DONE', () => {
    const comment = { type: 'fe', data: latin1(PLANTED.words.repeat(4_600)) };
    return jpegWith(...Array.from({ length: 1000 }, () => comment));
  }),
  item('a script in XMP', 'DONE', () =>
    sharp(Buffer.alloc(64 * 48 * 3), { raw: { ...SIZE, channels: 3 } })
      .withXmp(XMP)
      .jpeg()
      .toBuffer(),
  ),
  item('a comment in a GIF', 'DONE', async () => {
    const file = await sample({ ...SIZE, format: 'gif' });
    const text = latin1(PLANTED.words);
    const comment = [Buffer.from([0x21, 0xfe, text.length]), text, Buffer.from([0])];
    return Buffer.concat([file.subarray(0, -1), ...comment, file.subarray(-1)]);
  }),
  item('a text of 50 MB in zTXt', ['DONE', 'CORRUPT_IMAGE'], () =>
    pngWith({ type: 'zTXt', data: bomb('Comment\0\0') }),
  ),
  item('a text of 50 MB in iTXt', ['DONE', 'CORRUPT_IMAGE'], () =>
    pngWith({ type: 'iTXt', data: bomb('Comment\0\x01\0\0\0') }),
  ),
  item('a profile of 50 MB in iCCP', ['DONE', 'CORRUPT_IMAGE'], () =>
    pngWith({ type: 'iCCP', data: bomb('icc\0\0') }),
  ),
  item('1,000 texts of 5 MB in zTXt', ['DONE', 'CORRUPT_IMAGE'], () => {
    const text = Buffer.concat([latin1('Comment\0\0'), deflateSync(Buffer.alloc(5_000_000))]);
    return pngWith(...Array.from({ length: 1000 }, () => ({ type: 'zTXt', data: text })));
  }),
  ...Object.entries(PROFILES).flatMap(([what, data]) => [
    item(`a profile ${what}, in a JPEG`, 'DONE', () => jpegWith(icc(data))),
    item(`a profile ${what}, in a PNG`, ['DONE', 'CORRUPT_IMAGE'], () => pngWith(iccp(data))),
    item(`a profile ${what}, in a WebP`, 'DONE', () => webpWith(0x20, { type: 'ICCP', data })),
  ]),
  item('a profile of RGB in a grey picture', 'DONE', async () => {
    const p3 = await sample({ ...SIZE, profile: 'p3' });
    const grey = await sharp(p3).grayscale().toColourspace('b-w').jpeg().toBuffer();
    const found = jpeg.split(p3).filter(({ type }) => type === 'e2');
    return jpeg.join(jpeg.split(grey).toSpliced(1, 0, ...found));
  }),
];
