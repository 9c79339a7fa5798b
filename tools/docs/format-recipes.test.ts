import { readFileSync } from 'node:fs';
import path from 'node:path';
import { catalog, decodersOf, RECIPE_FORMATS, reconcile } from '@darkroom/pipeline';
import { KEY, letters, manifestOf } from '@darkroom/pipeline/testing';
import { createEngine } from '@darkroom/transforms/engine';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const CHECKOUT = path.resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(path.join(CHECKOUT, 'docs/formats.md'), 'utf8');

const engine = createEngine({ catalog, decoders: decodersOf([{ formats: RECIPE_FORMATS }]) });

function section(title: string): string {
  return PAGE.split(/\n##+ /).find((text) => text.startsWith(`${title}\n`)) ?? '';
}

test.each([
  ['phone photos', 'HEIC', 'decoder-heic/fixtures/plain.heic', ['thumb', 'web']],
  [
    'scans',
    'Multi-page TIFF',
    'transforms/fixtures/pages/fax.tiff',
    ['page-p1', 'page-p2', 'page-p3', 'preview'],
  ],
  ['one PDF', 'Scans as one PDF', 'transforms/fixtures/pages/fax.tiff', ['document', 'preview']],
  ['documents', 'PDF', 'decoder-pdf/fixtures/drawing.pdf', ['page-p1', 'preview']],
  ['radiographs', 'DICOM', 'decoder-dicom/fixtures/phantom.dcm', ['archive', 'bone', 'frame-p1']],
  ['sky images', 'FITS', 'decoder-fits/fixtures/sky.fits', ['archive', 'view']],
])('the recipe for %s makes its outputs', async (_, title, file, outputs) => {
  const [, yaml = ''] = /```yaml\n(recipes:\n[^]*?)```/.exec(section(title)) ?? [];
  const { recipes } = parse(yaml) as { recipes: Parameters<typeof letters>[0][] };
  // The upload's key is that of the bucket.
  const bucket = letters({ ...recipes[0], match: { prefix: '' } }, { engine });
  bucket.source.place(KEY, readFileSync(path.join(CHECKOUT, 'libs', file)));
  await reconcile(KEY, bucket);
  const manifest = manifestOf(bucket);
  expect(manifest).toMatchObject({ status: 'done' });
  expect(manifest?.outputs.map(({ variant }) => variant).toSorted()).toEqual(outputs);
});

test.each(['HEIC', 'PDF', 'DICOM', 'FITS'])('%s has a picture', (title) => {
  expect(section(title)).toMatch(/^!\[.+\]\(pictures\/format-\w+\.webp\)$/m);
});
