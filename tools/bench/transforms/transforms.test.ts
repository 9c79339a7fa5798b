import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contestants, NAMES } from './contestants.ts';
import { OUTPUTS } from './job.ts';
import { generatedPhotos } from './sources/generated-photos.ts';
import { transforms } from './transforms.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-test-'));
  const [photo] = await generatedPhotos(0.1);
  if (photo) await writeFile(path.join(folder, 'photo.jpg'), photo.bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a run prints every class, every contestant and every aim', async () => {
  const printed = await transforms(
    { photos: folder, rounds: 1 },
    { found: [], missing: ['Paint'] },
  );
  expect(printed).toMatch(/camera JPEG without a profile: 1 photo of 0\.1 megapixels/);
  for (const name of Object.values(NAMES)) expect(printed).toContain(name);
  expect(printed.match(/at most 1\.05 × the floor/g)).toHaveLength(4);
  expect(printed).toContain('Not installed here, and left out: Paint.');
  // The largest one is the whole picture here.
  expect(printed).toContain('derived from the largest: SSIM at least 1.0000');
});

test('equal settings are equal: the engine’s files are the floor’s', async () => {
  const all = contestants([]);
  const filesOf = async (name: string) => {
    const outputs = path.join(folder, name);
    await mkdir(outputs);
    await all
      .find((contestant) => contestant.name === name)
      ?.run(path.join(folder, 'photo.jpg'), outputs);
    return Promise.all(OUTPUTS.map((output) => readFile(path.join(outputs, output.name))));
  };
  expect(await filesOf(NAMES.darkroom)).toEqual(await filesOf(NAMES.floor));
});
