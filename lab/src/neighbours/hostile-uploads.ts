import { constants, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { writeAvif } from '../worst-case/files/avif.ts';
import { writeJpeg } from '../worst-case/files/jpeg.ts';
import { writeTiff } from '../worst-case/files/tiff.ts';
import { writeWebp } from '../worst-case/files/webp.ts';

/** An upload that costs much for its bytes, and its outcome with the default limits and 1,769 MiB. */
export interface HostileUpload {
  readonly name: string;
  readonly outcome: 'done' | 'TOO_LARGE';
  /** Whether its estimate asks for a process of its own. */
  readonly isolated?: true;
  readonly make: () => Buffer | Promise<Buffer>;
}

const MIB = 1024 * 1024;

/** A zlib stream of zeros (RFC 1950), without making them all: its blocks are the same. */
function deflatedZeros(bytes: number): Buffer {
  const full = constants.Z_FULL_FLUSH;
  const block = deflateSync(Buffer.alloc(MIB), { finishFlush: full }).subarray(2);
  const rest = deflateSync(Buffer.alloc(bytes % MIB)).subarray(2, -4);
  const checksum = Buffer.alloc(4);
  // Adler-32 of n zeros: the sum is 1, the sum of the sums is n.
  checksum.writeUInt32BE((bytes % 65_521) * 65_536 + 1);
  const head = Buffer.from([0x78, 0x9c]);
  const blocks = Array<Buffer>(Math.floor(bytes / MIB)).fill(block);
  return Buffer.concat([head, ...blocks, rest, checksum]);
}

/** One strip of floating-point RGBA: the file has the strip of a small picture replaced. */
function floatStrip(width: number, height: number): Buffer {
  const strip = deflatedZeros(width * height * 16);
  const entries: readonly (readonly [tag: number, type: number, values: readonly number[]])[] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, [32, 32, 32, 32]],
    [259, 3, [8]],
    [262, 3, [2]],
    [273, 4, [8]],
    [277, 3, [4]],
    [278, 4, [height]],
    [279, 4, [strip.length]],
    [338, 3, [2]],
    [339, 3, [3, 3, 3, 3]],
  ];
  const at = 8 + strip.length + (strip.length % 2);
  const directory = Buffer.alloc(2 + 12 * entries.length + 4 + 16);
  directory.writeUInt16LE(entries.length);
  let place = directory.length - 16;
  for (const [index, [tag, type, values]] of entries.entries()) {
    const entry = 2 + 12 * index;
    directory.writeUInt16LE(tag, entry);
    directory.writeUInt16LE(type, entry + 2);
    directory.writeUInt32LE(values.length, entry + 4);
    const inside = values.length === 1;
    if (!inside) directory.writeUInt32LE(at + place, entry + 8);
    values.forEach((value, number) =>
      directory.writeUIntLE(value, (inside ? entry + 8 : place) + 2 * number, type === 3 ? 2 : 4),
    );
    if (!inside) place += 8;
  }
  const head = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(at, 4);
  return Buffer.concat([head, strip, Buffer.alloc(strip.length % 2), directory]);
}

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#468' }, limitInputPixels: false });

/** Each row of the table of neighbours in docs/reliability.md. */
export const HOSTILE_UPLOADS: readonly HostileUpload[] = [
  {
    name: 'WebP, 200,000 frames of 1 × 1',
    outcome: 'TOO_LARGE',
    make: () =>
      writeWebp({
        ...{ width: 1, height: 1, lossless: true, alpha: false, content: 'flat', quality: 80 },
        ...{ frames: 200_000, canvas: 1 },
      }),
  },
  {
    name: 'progressive JPEG, 5,000 scans',
    outcome: 'TOO_LARGE',
    make: () =>
      writeJpeg({
        ...{ width: 3200, height: 2400, sampling: '11', coding: 'progressive' },
        ...{ interleaved: false, scans: 5000, refines: true },
      }),
  },
  {
    name: 'TIFF, 65,535 × 1,525, floating-point RGBA, one strip',
    outcome: 'TOO_LARGE',
    make: () => floatStrip(65_535, 1525),
  },
  {
    name: 'TIFF, 4,000 × 4,000, floating-point RGBA, tiles of 2,048',
    outcome: 'done',
    isolated: true,
    make: () =>
      writeTiff({
        ...{ width: 4000, height: 4000, depth: 32, sampleFormat: 3, samples: 4, photometric: 2 },
        ...{ planar: false, tile: 2048, rowsPerStrip: 1, compression: 8, content: 'flat' },
        ...{ pages: 0, shared: true },
      }),
  },
  {
    name: 'AVIF of one colour, 9,999 × 9,999',
    outcome: 'TOO_LARGE',
    make: () =>
      writeAvif({
        ...{ width: 3333, height: 3333, depth: 8, subsampling: '4:4:4', alpha: false, grey: false },
        ...{ content: 'flat', quality: 60, grid: 3 },
      }),
  },
  {
    name: 'lossless WebP of one colour, 9,999 × 9,999',
    outcome: 'done',
    make: () => plain(9999, 9999).webp({ lossless: true, effort: 0 }).toBuffer(),
  },
  {
    name: 'attention: PNG 2,000 × 1',
    outcome: 'done',
    make: () => plain(2000, 1).png().toBuffer(),
  },
  {
    name: 'attention: JPEG 10,000 × 1',
    outcome: 'done',
    make: () => plain(10_000, 1).jpeg().toBuffer(),
  },
  {
    name: 'attention: JPEG 60,000 × 2',
    outcome: 'done',
    make: () => plain(60_000, 2).jpeg().toBuffer(),
  },
  {
    name: 'rotated JPEG of 12 megapixels, cover',
    outcome: 'done',
    make: () => plain(4000, 3000).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  },
];
