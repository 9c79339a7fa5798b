import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { uploadMemory } from '@darkroom/pipeline';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The least that a stack may give its function. */
const FUNCTION_MIB = 512;
const UPLOADS = 16;

let folder: string;
let photo: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-memory-'));
  photo = path.join(folder, 'photo.jpg');
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const small = await sharp({
    create: { width: 1000, height: 800, channels: 3, background: '#888', noise },
  })
    .png()
    .toBuffer();
  // The most memory for its pixels: all coefficients are held while it is decoded.
  await sharp(small)
    .resize(5000, 4000)
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toFile(photo);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('many large uploads at once stay within the memory of the smallest function', async () => {
  const script = path.join(import.meta.dirname, 'testing/many-uploads.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, photo, String(UPLOADS), String(FUNCTION_MIB)],
    // More than the four images that Node's thread pool would let run at once.
    {
      env: { ...process.env, ...ALLOCATOR_VARIABLES, UV_THREADPOOL_SIZE: String(UPLOADS) },
    },
  );
  const { outcomes, used, grownMiB } = JSON.parse(stdout) as {
    outcomes: string[];
    used: number;
    grownMiB: number;
  };
  console.log(`${UPLOADS} × 20 megapixels, progressive: ${Math.round(grownMiB)} MiB at the peak`);
  expect(outcomes).toEqual(Array.from({ length: UPLOADS }, () => 'done'));
  expect(used).toBe(0);
  expect(grownMiB).toBeLessThan(uploadMemory(FUNCTION_MIB));
}, 600_000);
