/** Documents of several pages, and animations, through the whole pipeline on the local stack. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { tiffPage } from '@darkroom/transforms/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { startPipeline, type RunningStack } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';

const KEY = 'uploads/fax.tiff';
const PIPELINE = {
  recipes: [
    {
      name: 'scans',
      match: { prefix: 'uploads/' },
      variants: [
        { name: 'page', pages: 'all', steps: [{ encode: 'png' }] },
        { name: 'preview', steps: [{ resize: { width: 40 } }, { encode: 'webp' }] },
      ],
    },
    {
      name: 'clips',
      match: { prefix: 'clips/' },
      variants: [
        { name: 'still', frames: 'all', steps: [{ encode: 'png' }] },
        { name: 'clip', steps: [{ encode: 'webp' }] },
      ],
    },
  ],
  storage: { protect: false },
  delivery: { outcomes: true },
};

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startPipeline(PIPELINE);
  client = running.client;
});

afterAll(() => running.stop());

const filesOf = async (key = KEY) =>
  [...(await client.outputsOf(key)).keys()].map((name) => name.slice(key.length + 1)).toSorted();

test('a fax that shrinks from three pages to one has one page left', async () => {
  const fax = await readFile(path.join(CHECKOUT, 'libs/transforms/fixtures/pages/fax.tiff'));
  const three = await client.uploadAndWait(KEY, fax);
  expect(three).toMatchObject({ status: 'done', source: { format: 'tiff', pages: 3 } });
  expect(three.outputs.map(({ variant, width }) => [variant, width])).toEqual([
    ['page-p1', 104],
    ['page-p2', 112],
    ['page-p3', 120],
    ['preview', 40],
  ]);
  const own = ['manifest.json', 'outcome.json'];
  const pages = ['page-p1.png', 'page-p2.png', 'page-p3.png', 'preview.webp'];
  expect(await filesOf()).toEqual([...own, ...pages]);

  const one = await client.uploadAndWait(KEY, tiffPage(fax, 3));
  expect(one.outputs.map(({ variant }) => variant)).toEqual(['page-p1', 'preview']);
  // Old outputs are removed after the manifest is written.
  await expect.poll(() => filesOf()).toEqual([...own, 'page-p1.png', 'preview.webp']);
  // The page that is left is the third one of before.
  const page = await client.read(`${KEY}/page-p1.png`);
  expect(await sharp(page?.body).metadata()).toMatchObject({ width: 120 });
});

test('an animation that shrinks from five frames to two has two stills left', async () => {
  const key = 'clips/disc.gif';
  const source = await readFile(
    path.join(CHECKOUT, 'libs/transforms/fixtures/frames/background.gif'),
  );
  const five = await client.uploadAndWait(key, source);
  expect(five).toMatchObject({ status: 'done', source: { format: 'gif', pages: 5 } });
  const stills = [1, 2, 3, 4, 5].map((frame) => `still-f${frame}`);
  expect(five.outputs.map(({ variant }) => variant)).toEqual([...stills, 'clip']);
  const own = ['clip.webp', 'manifest.json', 'outcome.json'];
  expect(await filesOf(key)).toEqual([...own, ...stills.map((still) => `${still}.png`)]);

  const short = await sharp(source, { page: 2, pages: 2 }).gif().toBuffer();
  const two = await client.uploadAndWait(key, short);
  expect(two.outputs.map(({ variant }) => variant)).toEqual(['still-f1', 'still-f2', 'clip']);
  await expect.poll(() => filesOf(key)).toEqual([...own, 'still-f1.png', 'still-f2.png']);
  // The frames that are left are the third and fourth ones of before.
  const still = await client.read(`${key}/still-f2.png`);
  const rgba = (input: Parameters<typeof sharp>[0], options = {}) =>
    sharp(input, options).ensureAlpha().raw().toBuffer();
  expect(await rgba(still?.body)).toEqual(await rgba(source, { page: 3 }));
});
