import { expect, test } from 'vitest';
import { parseManifest } from './manifest.ts';

const source = { bucket: 'b', key: 'uploads/cat.jpg', versionId: null, eTag: 'abc', bytes: 10 };

test('reads a rejection, whose picture has no facts', () => {
  const rejected = {
    version: 1,
    status: 'rejected',
    recipe: 'photos',
    recipeHash: 'x',
    source,
    outputs: [],
    error: { code: 'CORRUPT_IMAGE', message: 'ends early', retryable: false },
  };
  expect(parseManifest(rejected)).toMatchObject({ status: 'rejected', source: { eTag: 'abc' } });
});

test.each([
  undefined,
  null,
  'text',
  { version: 2, status: 'done' },
  { version: 1, status: 'done', recipe: 'photos', source },
  { version: 1, status: 'pending', recipe: 'photos', source },
])('%j is no manifest', (body) => {
  expect(parseManifest(body)).toBeUndefined();
});
