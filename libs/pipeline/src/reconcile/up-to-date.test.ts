import { expect, test } from 'vitest';
import type { RejectedManifest } from '../contract/manifest.ts';
import { doneManifest, rejectedManifest } from '../testing/manifests.ts';
import { isUpToDate } from './reconcile.ts';

const wanted = { recipeHash: doneManifest.recipeHash };
const manifest = ['uploads/cat.jpg/manifest.json', 'etag-of-manifest'] as const;
const thumb = ['uploads/cat.jpg/thumb.webp', 'etag-of-thumb'] as const;
const stray = ['uploads/cat.jpg/old.webp', 'etag-of-old'] as const;

test('a manifest whose outputs are all there, and nothing else', () => {
  expect(isUpToDate(doneManifest, wanted, new Map([manifest, thumb]))).toBe(true);
});

test.each([
  ['an output is gone', [manifest]],
  ['an output is another', [manifest, [thumb[0], 'another'] as const]],
  ['something else is there', [manifest, thumb, stray]],
  ['something else is there in an output’s stead', [manifest, stray]],
])('not where %s', (_what, listed) => {
  expect(isUpToDate(doneManifest, wanted, new Map(listed))).toBe(false);
});

test('not where the recipe was another', () => {
  expect(isUpToDate(doneManifest, { recipeHash: 'another' }, new Map([manifest, thumb]))).toBe(
    false,
  );
});

test('a rejection with nothing beside it', () => {
  expect(isUpToDate(rejectedManifest, wanted, new Map([manifest]))).toBe(true);
  expect(isUpToDate(rejectedManifest, wanted, new Map([manifest, stray]))).toBe(false);
});

test.each(['GAVE_UP', 'TRANSFORM_FAILED'] as const)(
  'not a rejection that an operator’s fix may change: %s',
  (code) => {
    const retryable: RejectedManifest = {
      ...rejectedManifest,
      error: { code, message: 'try again', retryable: true },
    };
    expect(isUpToDate(retryable, wanted, new Map([manifest]))).toBe(false);
  },
);
