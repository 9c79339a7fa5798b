import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { settingsSchema } from '@darkroom/pipeline';
import { sample } from '@darkroom/transforms/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { RenderTask } from './render-photo.ts';
import { renderAll, RenderPool } from './render-pool.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'render-pool-'));
  file = path.join(folder, 'photo.jpg');
  await writeFile(file, await sample({ width: 64, height: 48 }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

function taskOf(step: object): RenderTask {
  const settings = settingsSchema.parse({
    recipes: [{ name: 'photos', variants: [{ name: 'web', steps: [step, { encode: 'webp' }] }] }],
  });
  const [recipe] = settings.recipes;
  if (!recipe) throw new Error('no recipe');
  const { limits, function: lambda } = settings;
  return { recipe, limits, function: lambda, sideFiles: folder, file, key: 'photo.jpg' };
}

test('a photo whose file cannot be read fails alone', async () => {
  const [photo] = await renderAll([{ file: path.join(folder, 'gone.jpg'), key: 'g' } as never], {
    signal: never,
  });
  expect(photo).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } });
});

test('an aborted photo ends, and the pool renders the next one', async () => {
  const pool = new RenderPool(1);
  onTestFinished(() => pool.stop());
  const left = new AbortController();
  const slow = pool.render(taskOf({ resize: { width: 4000 } }), left.signal);
  left.abort(new Error('the recipe has changed'));
  await expect(slow).rejects.toThrow('the recipe has changed');
  expect(await pool.render(taskOf({ resize: { width: 32 } }), never)).toMatchObject({
    status: 'done',
    variants: [{ name: 'web', width: 32, height: 24 }],
  });
});
