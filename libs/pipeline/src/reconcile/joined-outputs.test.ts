import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '@darkroom/transforms/engine';
import { difference, sample } from '@darkroom/transforms/testing';
import { describe, expect, test } from 'vitest';
import { catalog, decodersOf } from '../catalog.ts';
import type { RecipeInput } from '../recipe/recipe.ts';
import { KEY, letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';
import { reconcile } from './reconcile.ts';

/** Documents through the real engine and the whole protocol; PDFium reads what is written. */
const decoders = decodersOf([{ formats: ['pdf'] }]);
const engine = createEngine({ catalog, decoders });
const FOLDER = path.resolve(import.meta.dirname, '../../../transforms/fixtures/pages');
const fixture = (name: string) => readFileSync(path.join(FOLDER, name));
/** Pages of 96×136, 136×96 and 80×60 pixels, 200 dpi; the last one is a fax. */
const scan = fixture('pillow.tiff');
const DOCUMENT = `${KEY}/scan.pdf`;

const PDF = { format: 'pdf', lossless: true } as const;
const recipe = (more: object = {}): Partial<RecipeInput> => ({
  variants: [
    { name: 'scan', pages: 'all', steps: [{ encode: PDF }], ...more },
    { name: 'cover', steps: [{ resize: { width: 20 } }, { encode: 'webp' }] },
  ],
});

async function done(source: Uint8Array, given = recipe(), more: object = {}) {
  const bucket = letters(given, { engine, ...more });
  bucket.source.place(KEY, source);
  await reconcile(KEY, bucket);
  return bucket;
}

const bodyOf = (bucket: Awaited<ReturnType<typeof done>>, key = DOCUMENT) =>
  bucket.processed.objects.get(key)!.body;

/** A page as PDFium draws it, as a PNG. */
async function drawn(file: Uint8Array, page: number, dpi: number) {
  const facts = await engine.inspect(file, page, { pdf: { dpi } });
  const steps = [catalog.stepSchema.parse({ encode: 'png' })];
  const variants = [{ name: 'page', steps }];
  for await (const made of engine.render({ source: file, facts, recipe: 'r', variants }))
    if (made.kind === 'output') return made;
  throw new Error('no page');
}

test('all pages are one output, in order and with their sizes', async () => {
  const bucket = await done(scan);
  expect(manifestOf(bucket)?.outputs).toMatchObject([
    {
      ...{ variant: 'scan', key: DOCUMENT, format: 'pdf', contentType: 'application/pdf' },
      ...{ width: 96, height: 136, pages: 3 },
    },
    { variant: 'cover' },
  ]);
  expect(there(bucket)).toEqual([`${KEY}/cover.webp`, MANIFEST, DOCUMENT]);
  const file = bodyOf(bucket);
  for (const [index, name] of ['pillow-p1', 'pillow-p2', 'pillow-p3'].entries()) {
    const page = await drawn(file, index + 1, 200);
    expect((await difference(page.bytes, fixture(`${name}.png`))).largest).toBe(0);
  }
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
});

test.each([
  ['first', 1, 96],
  [undefined, 1, 96],
  ['2-3', 2, 136],
  ['3-9', 1, 80],
  [2, 1, 136],
])('pages: %j', async (pages, count, width) => {
  const given = recipe(pages === undefined ? { pages: 'first' } : { pages });
  const bucket = await done(scan, given);
  expect(manifestOf(bucket)?.outputs[0]).toMatchObject({ key: DOCUMENT, pages: count, width });
  expect((await engine.inspect(bodyOf(bucket))).pages).toBe(count);
});

test('pages that the upload does not have make no document', async () => {
  expect(there(await done(scan, recipe({ pages: '4-5' })))).toEqual([
    `${KEY}/cover.webp`,
    MANIFEST,
  ]);
});

test('a retry makes a document as a whole, and the same manifest', async () => {
  const bucket = await done(scan);
  const [before, file] = [bodyOf(bucket, MANIFEST), bodyOf(bucket)];
  for (const key of [MANIFEST, DOCUMENT]) bucket.processed.objects.delete(key);
  await reconcile(KEY, bucket, { retry: true });
  expect(bodyOf(bucket, MANIFEST)).toEqual(before);
  expect(Buffer.from(bodyOf(bucket)).equals(Buffer.from(file))).toBe(true);
});

test('one page that cannot be made leaves out the document, and names the page', async () => {
  const steps = [{ crop: { width: 90, height: 90 } }, { encode: 'pdf' as const }];
  const bucket = await done(scan, recipe({ steps }));
  expect(manifestOf(bucket)).toMatchObject({
    status: 'done',
    outputs: [{ variant: 'cover' }],
    skipped: [
      { variant: 'scan', code: 'NOT_APPLICABLE', message: expect.stringMatching(/^page 3: /) },
    ],
  });
  expect(there(bucket)).toEqual([`${KEY}/cover.webp`, MANIFEST]);
});

test('a damaged page rejects the upload', async () => {
  const damaged = Buffer.from(scan);
  const { structure } = await engine.inspect(scan, 2);
  const start = structure?.format === 'tiff' ? structure.dataStart : 0;
  damaged.fill(0xff, start, start + 400);
  expect(manifestOf(await done(damaged))).toMatchObject({
    error: { code: 'CORRUPT_IMAGE', message: expect.stringMatching(/^page 2: /) },
  });
});

test('a document of more bytes than its estimate is left out', async () => {
  const small: typeof engine = {
    ...engine,
    estimate: (request) => ({ ...engine.estimate(request), documentBytes: 1000 }),
  };
  expect(manifestOf(await done(scan, recipe(), { engine: small }))).toMatchObject({
    outputs: [{ variant: 'cover' }],
    skipped: [{ variant: 'scan', code: 'TOO_LARGE' }],
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a photo of orientation %i is upright', async (orientation) => {
  const photo = await sample({ width: 96, height: 64, format: 'jpeg', orientation });
  const steps = ['rotate' as const, { encode: { format: 'pdf' as const, dpi: 72 } }];
  const png = ['rotate' as const, { encode: 'png' as const }];
  const bucket = await done(photo, {
    variants: [
      { name: 'scan', steps },
      { name: 'upright', steps: png },
    ],
  });
  const { resolution: { x = 72 } = {} } = await engine.inspect(photo);
  const page = await drawn(bodyOf(bucket), 1, x);
  const { mean } = await difference(page.bytes, bodyOf(bucket, `${KEY}/upright.png`));
  expect(mean).toBeLessThan(2);
});

describe('names', () => {
  test('a document has no page number in its name; pictures of its pages do', async () => {
    const bucket = await done(scan, {
      variants: [
        {
          ...{ name: 'scan', pages: '1-2', steps: [] },
          encode: ['pdf', 'png'],
        },
      ],
    });
    expect(manifestOf(bucket)?.outputs.map(({ key }) => key.slice(KEY.length))).toEqual([
      '/scan-pdf.pdf',
      '/scan-png-p1.png',
      '/scan-png-p2.png',
    ]);
  });
});
