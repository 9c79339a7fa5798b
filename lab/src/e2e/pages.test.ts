/** Documents of several pages, through the whole pipeline on the local stack. */
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

const filesOf = async () =>
  [...(await client.outputsOf(KEY)).keys()].map((key) => key.slice(KEY.length + 1));

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
  expect((await filesOf()).toSorted()).toEqual([...own, ...pages]);

  const one = await client.uploadAndWait(KEY, tiffPage(fax, 3));
  expect(one.outputs.map(({ variant }) => variant)).toEqual(['page-p1', 'preview']);
  expect((await filesOf()).toSorted()).toEqual([...own, 'page-p1.png', 'preview.webp']);
  // The page that is left is the third one of before.
  const page = await client.read(`${KEY}/page-p1.png`);
  expect(await sharp(page?.body).metadata()).toMatchObject({ width: 120 });
});
