import { createEngine } from '@darkroom/transforms/engine';
import { sample } from '@darkroom/transforms/testing';
import { expect, test } from 'vitest';
import { catalog } from '../catalog.ts';
import { formatManifest, parseManifest } from '../contract/manifest.ts';
import { reconcile } from './reconcile.ts';
import { KEY, letters, manifestOf } from '../testing/letters.ts';
import { doneManifest } from '../testing/manifests.ts';

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

test('facts are any JSON, and are read back as they were written', () => {
  const [output] = doneManifest.outputs;
  if (!output) throw new Error('no output');
  const facts = { faces: [{ x: 0.25, y: 0.5, named: null }], sharp: true, hash: 'a0' };
  const manifest = { ...doneManifest, outputs: [{ ...output, facts }] };
  expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
});
