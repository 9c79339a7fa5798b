import { readFile } from 'node:fs/promises';
import { createEngine } from '@darkroom/transforms/engine';
import { sample } from '@darkroom/transforms/testing';
import { expect, test } from 'vitest';
import { catalog } from '../catalog.ts';
import { formatManifest, parseManifest } from '../contract/manifest.ts';
import { reconcile } from './reconcile.ts';
import { KEY, letters, manifestOf } from '../testing/letters.ts';
import { doneManifest } from '../testing/manifests.ts';

/** Its facts, by numpy, are in facts.json next to it. */
const PHOTO = new URL('../../../transforms/fixtures/facts/photo.jpg', import.meta.url);

test('what a plugin finds out stands in the manifest, with the output that it looked at', async () => {
  const recipe = {
    variants: [
      {
        name: 'thumb',
        steps: [{ resize: { width: 32 } }, 'dhash' as const, { encode: 'webp' as const }],
      },
      { name: 'web', steps: [{ encode: 'webp' as const }] },
    ],
  };
  const bucket = letters(recipe, { engine: createEngine({ catalog }) });
  bucket.source.place(KEY, await sample({ width: 64, height: 48 }));
  await reconcile(KEY, bucket);
  const [thumb, web] = manifestOf(bucket)?.outputs ?? [];
  expect(thumb?.facts).toEqual({ dhash: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(web).not.toHaveProperty('facts');
});

test('what the recipe asks about the upload stands in the manifest, and stays when it is uploaded again', async () => {
  const recipe = {
    facts: ['resolution' as const, 'minimum' as const, 'histogram' as const],
    variants: [{ name: 'web', steps: [{ encode: 'webp' as const }] }],
  };
  const bucket = letters(recipe, { engine: createEngine({ catalog }) });
  const scan = await readFile(PHOTO);
  bucket.source.place(KEY, scan);
  await reconcile(KEY, bucket);
  const { source } = manifestOf(bucket) ?? {};
  expect(source?.facts?.resolution).toEqual({ x: 240, y: 120 });
  const channels = source?.facts?.channels ?? [];
  expect(channels.map(({ channel, minimum }) => [channel, minimum])).toEqual([
    ['red', 8],
    ['green', 36],
    ['blue', 0],
  ]);
  expect(channels[0]?.histogram?.counts[8]).toBe(2);
  expect(channels[0]).not.toHaveProperty('mean');

  bucket.source.place(KEY, scan);
  await reconcile(KEY, bucket);
  expect(manifestOf(bucket)?.source.facts).toEqual(source?.facts);
});

test('only what the recipe asks about stands in the manifest', async () => {
  const recipe = {
    facts: ['minimum' as const],
    variants: [{ name: 'web', steps: [{ encode: 'webp' as const }] }],
  };
  const bucket = letters(recipe, { engine: createEngine({ catalog }) });
  bucket.source.place(KEY, await readFile(PHOTO));
  await reconcile(KEY, bucket);
  expect(Object.keys(manifestOf(bucket)?.source.facts ?? {})).toEqual(['channels']);
});

test('a recipe that asks nothing about the upload writes no facts of it', async () => {
  const bucket = letters({}, { engine: createEngine({ catalog }) });
  bucket.source.place(KEY, await sample({ width: 64, height: 48 }));
  await reconcile(KEY, bucket);
  expect(manifestOf(bucket)?.source).not.toHaveProperty('facts');
});

test('facts are any JSON, and are read back as they were written', () => {
  const [output] = doneManifest.outputs;
  if (!output) throw new Error('no output');
  const facts = { faces: [{ x: 0.25, y: 0.5, named: null }], sharp: true, hash: 'a0' };
  const manifest = { ...doneManifest, outputs: [{ ...output, facts }] };
  expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
});
