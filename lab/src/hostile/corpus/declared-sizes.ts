/** Small files that declare many pixels, pages or frames. */
import { deflateSync } from 'node:zlib';
import { sample } from '@darkroom/transforms/testing';
import { box, avif } from '@darkroom/transforms/testing/structure/isobmff.ts';
import { jpeg } from '@darkroom/transforms/testing/structure/jpeg.ts';
import {
  latin1,
  uint16LE,
  uint32,
  uint32LE,
  uint16,
  type Piece,
} from '@darkroom/transforms/testing/structure/piece.ts';
import { png, pngChunk } from '@darkroom/transforms/testing/structure/png.ts';
import { riffChunk, webp } from '@darkroom/transforms/testing/structure/riff.ts';
import { item } from './hostile-upload.ts';

const small = (format: 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff') =>
  sample({ width: 24, height: 16, format });

/** A PNG whose header claims these sides, and `coding` for its other fields; the pixels are `bytes` zeros, deflated. */
async function pngOf(width: number, height: number, bytes = 0, coding?: Buffer): Promise<Buffer> {
  const pieces = png.split(await small('png'));
  const size = Buffer.concat([uint32(width), uint32(height)]);
  const data = (piece: Piece): Piece => {
    if (piece.type === 'IHDR') {
      return { ...piece, data: Buffer.concat([size, coding ?? piece.data.subarray(8)]) };
    }
    return piece.type === 'IDAT' && bytes > 0
      ? { ...piece, data: deflateSync(Buffer.alloc(bytes)) }
      : piece;
  };
  return png.join(pieces.map(data));
}

/** A PNG of 2 kB, padded with a text. */
async function paddedPng(width: number, height: number): Promise<Buffer> {
  const file = await pngOf(width, height);
  const end = file.length - 12;
  const padding = pngChunk('tEXt', latin1(`Comment\0${'x'.repeat(2048 - file.length - 20)}`));
  return Buffer.concat([file.subarray(0, end), padding, file.subarray(end)]);
}

async function jpegOf(width: number, height: number): Promise<Buffer> {
  const pieces = jpeg.split(await small('jpeg'));
  const size = Buffer.concat([uint16(height), uint16(width)]);
  return jpeg.join(
    pieces.map((piece) =>
      piece.type === 'c0'
        ? {
            ...piece,
            data: Buffer.concat([piece.data.subarray(0, 1), size, piece.data.subarray(5)]),
          }
        : piece,
    ),
  );
}

/** Frames of one pixel. */
export function gifOf(frames: number, width = 1, height = 1): Buffer {
  const head = Buffer.concat([
    latin1('GIF89a'),
    ...[uint16LE(width), uint16LE(height), Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255])],
  ]);
  const frame = Buffer.concat([
    Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0]),
    Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]),
    Buffer.from([2, 2, 0x44, 1, 0]),
  ]);
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), latin1(';')]);
}

/** Directories of one pixel each. With `loop`, the last one points to the first. */
export function tiffOf(pages: number, { loop = false, side = 1 } = {}): Buffer {
  const entry = (tag: number, type: number, value: number) =>
    Buffer.concat([uint16LE(tag), uint16LE(type), uint32LE(1), uint32LE(value)]);
  const directory = (page: number, entries: Buffer) => {
    const next = page + 1 < pages ? FIRST + (page + 1) * DIRECTORY : loop ? FIRST : 0;
    return Buffer.concat([uint16LE(9), entries, uint32LE(next)]);
  };
  // The pixel is at byte 8: width, height, bits, no compression, black is 0, strip, samples, rows, bytes.
  const entries = Buffer.concat([
    ...[entry(256, 4, side), entry(257, 4, side), entry(258, 3, 8), entry(259, 3, 1)],
    ...[entry(262, 3, 1), entry(273, 4, 8), entry(277, 3, 1), entry(278, 4, side)],
    entry(279, 4, 1),
  ]);
  const FIRST = 10;
  const DIRECTORY = 2 + 9 * 12 + 4;
  return Buffer.concat([
    ...[latin1('II*\0'), uint32LE(FIRST), Buffer.from([128, 0])],
    ...Array.from({ length: pages }, (_, page) => directory(page, entries)),
  ]);
}

async function bareWebp(): Promise<Piece> {
  const picture = webp.split(await small('webp')).find(({ type }) => type === 'VP8 ');
  if (!picture) throw new Error('a WebP without a picture');
  return picture;
}

/** A canvas of 16,384 × 16,384, the most that the container can say, around a small picture. */
async function webpCanvas(): Promise<Buffer> {
  const picture = await bareWebp();
  const canvas = Buffer.from([0x10, 0, 0, 0, 0xff, 0x3f, 0, 0xff, 0x3f, 0]);
  return webp.join([{ type: 'VP8X', data: canvas }, picture]);
}

/** An animation whose canvas is large and whose frames are small and many. */
async function webpFrames(frames: number): Promise<Buffer> {
  const picture = await bareWebp();
  const canvas = Buffer.from([0x02, 0, 0, 0, 0xff, 0x0f, 0, 0xff, 0x0f, 0]);
  const frame = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 0, 23, 0, 0, 15, 0, 0, 10, 0, 0, 0]),
    riffChunk(picture.type, picture.data),
  ]);
  return webp.join([
    { type: 'VP8X', data: canvas },
    { type: 'ANIM', data: Buffer.alloc(6) },
    ...Array.from({ length: frames }, () => ({ type: 'ANMF', data: frame })),
  ]);
}

/** An AVIF whose properties claim 65,535 × 65,535; the coded picture says 24 × 16. */
async function avifSize(): Promise<Buffer> {
  const resized = (pieces: readonly Piece[]): readonly Piece[] =>
    pieces.map((piece) => {
      if (piece.type === 'ispe') {
        const size = Buffer.concat([uint32(0), uint32(65_535), uint32(65_535)]);
        return { type: 'ispe', data: size };
      }
      const { inner } = piece;
      return inner ? { ...piece, inner: { ...inner, pieces: resized(inner.pieces) } } : piece;
    });
  return avif.join(resized(avif.split(await small('avif'))));
}

/** Grey, one bit for each pixel (PNG, third edition, 11.2.1). */
const ONE_BIT = Buffer.from([1, 0, 0, 0, 0]);

/** An image of one bit per pixel that contains all its pixels. */
function plain(side: number): Promise<Buffer> {
  return pngOf(side, side, (Math.ceil(side / 8) + 1) * side, ONE_BIT);
}

const heic = Buffer.concat([
  box('ftyp', latin1('heic\0\0\0\0mif1heic')),
  box('meta', Buffer.concat([Buffer.alloc(4), box('hdlr', latin1('\0\0\0\0\0\0\0\0pict'))])),
]);

export const SIZES = [
  item('65,535 × 65,535 in a PNG of 2 kB', 'TOO_LARGE', () => paddedPng(65_535, 65_535)),
  item('2,147,483,647 × 1 in a PNG', ['TOO_LARGE', 'CORRUPT_IMAGE'], () => pngOf(0x7fffffff, 1)),
  item('0 × 0 in a PNG', 'CORRUPT_IMAGE', () => pngOf(0, 0)),
  item('9,000 × 9,000 in a PNG without pixels', 'CORRUPT_IMAGE', () => pngOf(9_000, 9_000)),
  item('a PNG of 1 × 65,520, more than libjpeg writes', 'DONE', () =>
    pngOf(1, 65_520, 2 * 65_520, ONE_BIT),
  ),
  item('200 MB of zeros behind a PNG of 24 × 16', ['DONE', 'CORRUPT_IMAGE'], () =>
    pngOf(24, 16, 200_000_000),
  ),
  item('a PNG of 9,999 × 9,999 in 15 kB', 'DONE', () => plain(9_999)),
  item('a PNG of 10,001 × 10,001 that is all there', 'TOO_LARGE', () => plain(10_001)),
  item('65,535 × 65,535 in a JPEG', ['TOO_LARGE', 'CORRUPT_IMAGE'], () => jpegOf(65_535, 65_535)),
  // libjpeg makes up what a scan leaves out when its end is there: grey, and a warning as for harmless faults.
  item('9,000 × 9,000 in a JPEG of 24 × 16', ['DONE', 'CORRUPT_IMAGE'], () => jpegOf(9_000, 9_000)),
  item('0 × 0 in a JPEG', ['CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT'], () => jpegOf(0, 0)),
  item('a GIF of 10,000 frames', 'TOO_LARGE', () => gifOf(10_000)),
  item('a GIF of 200 frames on a canvas of 65,535 × 65,535', ['DONE', 'TOO_LARGE'], () =>
    gifOf(200, 65_535, 65_535),
  ),
  item('a GIF of 200 frames', 'DONE', () => gifOf(200, 24, 16)),
  item('a TIFF of 100 pages', 'DONE', () => tiffOf(100)),
  item('a TIFF of 501 pages', 'DONE', () => tiffOf(501)),
  item('a TIFF whose last page leads to its first', ['DONE', 'CORRUPT_IMAGE'], () =>
    tiffOf(3, { loop: true }),
  ),
  item('a TIFF page that is its own next one', ['DONE', 'CORRUPT_IMAGE'], () =>
    tiffOf(1, { loop: true }),
  ),
  item('4,294,967,295 × 4,294,967,295 in a TIFF', ['TOO_LARGE', 'CORRUPT_IMAGE'], () =>
    tiffOf(1, { side: 0xffffffff }),
  ),
  item('a TIFF of 9,000 × 9,000 and one pixel', 'CORRUPT_IMAGE', () => tiffOf(1, { side: 9_000 })),
  item('a WebP canvas of 16,384 × 16,384', ['TOO_LARGE', 'CORRUPT_IMAGE'], webpCanvas),
  item('300 small frames on a WebP canvas of 4,096 × 4,096', 'TOO_LARGE', () => webpFrames(300)),
  item('65,535 × 65,535 in an AVIF', ['TOO_LARGE', 'CORRUPT_IMAGE'], avifSize),
  // Without and with `heic` in the recipe's formats.
  item('a HEIC without a picture', ['UNSUPPORTED_FORMAT', 'CORRUPT_IMAGE'], () => heic),
];
