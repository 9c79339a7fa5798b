import { constants, deflateSync, inflateRawSync } from 'node:zlib';
import sharp from 'sharp';
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

/** An AVIF of one colour, 9,999 × 9,999 pixels in one coded picture, deflated: sharp needs 1.5 GiB to write it. */
const FLAT_AVIF = [
  'Y2BgkEkrqSxILMtMY2BgYMjNTDMEsXMzE0H8a7mpJYkMEKCYkZJTBGUzFGQmlzCgAaXMnPxkEMPFgYGRgREs9gtKM7DzMDAwKGdm5oGtAYuKZu',
  'alpTJBeYllBoYgJl9BZkkuXElYZkFRAQMDg0VmQXI+AwMDT2KZoXOjPMgsBpHM4oJUiOHq/BDMIFCQWZEJEmHm4OBgYGAQyyzIhbmfkYGRuZGJ',
  'mYGBXSQ3JbFEiIGLW/57Ot8cy0VMUrwcRr94Bc64t7fevexrcujYgQaG1POntL5LVsnePHQgTGbvsnD+p9+E/7OmtWkUK8/6Hn9yeznXtFcS/0',
  'LOxO5v/mmva+lj9+x+X/P5+edOn5Y9cHevRvFq3luHpZSrzbb18Sox6TYV+e+d63hi1rq/PkfyZNPWSNpKHr1pPcO6IfX8KZfkPw3Pdv8Riigs',
  'OnNBpqL3Svb/LwFbd15Zs/Xu2jjGcqMVDEuOBb5jWfO2LXji8xfTW36u26z/LYr50iu79Pdyu7Sjz/Ldfv1g5okv29x5775rPaH5+n+h4YmGH9',
  'u79BYeSjnzfPHUBwlOdLKmgTxrfiXFr2hQOHFyU1rpjpOF+66qbhHd/+P+s1NJb+QZLhhHWUanPTzcPafq333DWV3FG9+u32W4aOaD/TUbPl4X',
  'vDhjy8SfT17MPnrL4vh+/9gdaB71zOkzumn2+P/Kb/smPuzenSO87flrYx0uKzOOP3EMB/auKGnpT5se17Mja/3/ZcUlH+PPNbr0VgVOXN+xPa',
  'f9bunHu+LTyljW/6pj2/4l5cUsFaFdr11LFGxchOpiz59yCVP9Ebm+6eyRK19vmn2wCghcEuib4j/j8OrMMod59zr9jKKutR2dz/9x76/Grwor',
  'fhj/8zr3fMlLbSdnBYmQ9dZbBbvcpmx6WiE9ozxAIW2BpKV5YsfpIovu8gttLdvm0dj4ClKN/xNturj+y/EP+mWLK88WtDScMefL2dCTlLmEa+',
  'asOZtCcnUrtO/ILeliEvLKebffVcxxrZJj57w9DsysHm1ze3xrHtTLsnRe2HrZbs1o9Azq6GmgffSkTF208nqh0Bzpy7d9ngn+scxcoGYu++FA',
  'bdRHntPRthMqaBe0M44UT3oV6hiZavh7t7n5eS+efx8XWU7seZ637Gb+kZ0rBs7mAYjuLo3z7hYxvxVWXat83nkAAA==',
].join('');

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
    make: () => inflateRawSync(Buffer.from(FLAT_AVIF, 'base64')),
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
