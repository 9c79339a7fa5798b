import { describe, expect, test } from 'vitest';
import type { DoneManifest, ManifestOutput } from './manifest.ts';
import { hasRightOutcome, outcomeMaker, sha256Of } from './outcome-file.ts';

const output = (variant: string, more: Partial<ManifestOutput> = {}): ManifestOutput => ({
  ...{ variant, key: `uploads/cat.jpg/${variant}.webp`, format: 'webp', contentType: 'image/webp' },
  ...{ width: 40, height: 30, bytes: 9, eTag: `tag of ${variant}`, sha256: 'a'.repeat(64) },
  ...more,
});
const manifest = (
  more: Partial<DoneManifest> = {},
  source: Partial<DoneManifest['source']> = {},
): DoneManifest => ({
  ...{ version: 1, status: 'done', recipe: 'photos', recipeHash: 'h' },
  source: {
    ...{ bucket: 'uploads', key: 'uploads/cat.jpg', versionId: 'v1', eTag: 'e', bytes: 7 },
    ...{ width: 400, height: 300, camera: 'Acme X1', ...source },
  },
  outputs: [output('web')],
  ...more,
});
const textOf = (of: DoneManifest, isPublic = (_variant: string) => true) =>
  new TextDecoder().decode(outcomeMaker(isPublic)(of));
const fileOf = (...given: Parameters<typeof textOf>) =>
  JSON.parse(textOf(...given)) as Record<string, unknown>;

test('the file is JSON for people too, and has nothing private', () => {
  expect(textOf(manifest())).toBe(`{
  "version": 1,
  "upload": {
    "eTag": "e",
    "versionId": "v1"
  },
  "status": "done",
  "width": 400,
  "height": 300,
  "variants": [
    {
      "name": "web",
      "file": "web.webp",
      "contentType": "image/webp",
      "width": 40,
      "height": 30,
      "bytes": 9,
      "eTag": "tag of web"
    }
  ]
}
`);
});

describe('the size of the upload', () => {
  test('is that after its crop', () => {
    const crop = { left: 0.5, top: 0, width: 0.5, height: 0.1 };
    const file = fileOf(manifest({}, { choices: { crop, alt: 'A cat' } }));
    expect(file).toMatchObject({ width: 200, height: 30, alt: 'A cat' });
  });

  test.each([{ width: undefined }, { height: undefined }, { width: undefined, height: undefined }])(
    'is left out if it is not known: %j',
    (unknown) => {
      const file = fileOf(manifest({}, unknown));
      expect(file).not.toHaveProperty('width');
      expect(file).not.toHaveProperty('height');
    },
  );
});

test('variants that were skipped are listed, if they are public', () => {
  const skip = (variant: string) =>
    ({ variant, code: 'TOO_LARGE', message: 'of a secret bucket', retryable: false }) as const;
  const skipped = [skip('web'), skip('secret')];
  const isPublic = (variant: string) => variant !== 'secret';
  expect(fileOf(manifest({ skipped }), isPublic)['skipped']).toEqual([
    { name: 'web', code: 'TOO_LARGE' },
  ]);
  expect(fileOf(manifest({ skipped: [skip('secret')] }), isPublic)).not.toHaveProperty('skipped');
});

test('equal files name the first of them that is public', () => {
  const outputs = [
    output('secret'),
    output('one', { sameAs: 'secret' }),
    output('two', { sameAs: 'secret' }),
    output('three', { sameAs: 'secret' }),
    output('other'),
  ];
  const { variants } = fileOf(manifest({ outputs }), (variant) => variant !== 'secret');
  expect(variants).toMatchObject([
    { name: 'one' },
    { name: 'two', sameAs: 'one' },
    { name: 'three', sameAs: 'one' },
    { name: 'other' },
  ]);
  expect((variants as object[])[0]).not.toHaveProperty('sameAs');
});

test('a manifest has the right file if it names its hash', () => {
  const make = outcomeMaker(() => true);
  const sha256 = sha256Of(make(manifest()));
  const outcome = { key: 'uploads/cat.jpg/outcome.json', eTag: 'e', sha256 };
  expect(hasRightOutcome(manifest({ outcome }), make)).toBe(true);
  expect(hasRightOutcome(manifest({ outcome: { ...outcome, sha256: 'x' } }), make)).toBe(false);
  expect(hasRightOutcome(manifest(), make)).toBe(false);
  expect(hasRightOutcome(manifest({ outcome }), undefined)).toBe(false);
  expect(hasRightOutcome(manifest(), undefined)).toBe(true);
});
