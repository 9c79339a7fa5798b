import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ALLOCATOR_VARIABLES } from '../plan/estimate.ts';
import { animatedSample } from '../testing/samples.ts';

vi.setConfig({ testTimeout: 600_000 });

/** Code that loads with the first picture, and memory that allocators on other machines keep, MiB. */
const SLACK_MIB = 30;

/** Most runs: the threads of a loaded machine spread the same buffers over more memory. */
const RUNS = 3;

let folder: string;
let small: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-peak-'));
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  small = await sharp({
    create: { width: 1000, height: 750, channels: 3, background: '#888', noise },
  })
    .png()
    .toBuffer();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const photo = (width = 4000) => sharp(small).resize(width);

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="3000"><circle cx="2000" cy="1500" r="1400"/></svg>';

test.each<[name: string, make: () => Promise<Buffer>, steps?: unknown]>([
  [
    'a camera’s JPEG of 12 megapixels',
    () => photo().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  ],
  [
    'a progressive JPEG of 12 megapixels',
    () => photo().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
  ],
  [
    'an interlaced PNG of 12 megapixels',
    () => photo().png({ progressive: true, compressionLevel: 1 }).toBuffer(),
  ],
  [
    'an interlaced PNG of 12 megapixels and 16 bits',
    () => photo().toColourspace('rgb16').png({ progressive: true, compressionLevel: 1 }).toBuffer(),
  ],
  ['an AVIF of 12 megapixels', () => photo().avif({ effort: 0 }).toBuffer()],
  ['a WebP of 12 megapixels', () => photo().webp({ effort: 0 }).toBuffer()],
  [
    'a lossless WebP of 12 megapixels with alpha',
    () => photo().ensureAlpha(0.5).webp({ effort: 0, lossless: true }).toBuffer(),
  ],
  ['a GIF of 12 megapixels', () => photo().gif({ effort: 1, colours: 16 }).toBuffer()],
  ['a TIFF of 12 megapixels', () => photo().tiff({ compression: 'lzw' }).toBuffer()],
  ['an SVG of 12 megapixels', () => Promise.resolve(Buffer.from(DRAWING))],
  // The encoders that take the most.
  [
    'a JPEG of 6 megapixels, written as AVIF of the same size',
    () => photo(2828).jpeg().toBuffer(),
    [{ encode: { format: 'avif', effort: 0 } }],
  ],
  [
    'a JPEG of 6 megapixels, written as WebP of the same size',
    () => photo(2828).jpeg().toBuffer(),
    [{ encode: 'webp' }],
  ],
  ['an animation', () => animatedSample('webp', { width: 480, height: 320, frames: 24 })],
  [
    'a mask over 24 megapixels of kept colours',
    () => photo(5657).withIccProfile('p3').withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    [
      { colourspace: 'keep' },
      'rotate',
      { mask: 'circle' },
      { blur: 3 },
      { resize: { width: 320 } },
    ],
  ],
])('%s takes no more memory than was said before', async (name, make, steps) => {
  const file = path.join(folder, 'picture');
  await writeFile(file, await make());
  const script = path.join(import.meta.dirname, '../testing/peak-memory.ts');
  const runs: number[] = [];
  let most: number;
  do {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, file, ...(steps ? [JSON.stringify(steps)] : [])],
      { env: { ...process.env, ...ALLOCATOR_VARIABLES } },
    );
    const { took, said } = JSON.parse(stdout) as { took: number; said: number };
    runs.push(took);
    most = said + SLACK_MIB;
    console.log(`${name}: ${Math.round(took)} MiB, said ${Math.round(said)}`);
  } while (Math.min(...runs) >= most && runs.length < RUNS);
  expect(Math.min(...runs)).toBeLessThan(most);
});
