import { expect, test } from 'vitest';
import type { StackInfo } from '../stack/stack-info.ts';
import type { DoneManifest } from './manifest.ts';
import { describePictures, describeSource, summarise } from './outcome-view.ts';

const stack: StackInfo = {
  stack: 'local',
  endpoint: 'http://127.0.0.1:4566',
  region: 'us-east-1',
  sourceBucket: 'in',
  processedBucket: 'out',
  recipes: [],
};

const done: DoneManifest = {
  version: 1,
  status: 'done',
  recipe: 'photos',
  source: {
    key: 'uploads/my cat.jpg',
    eTag: 'abc',
    bytes: 2_400_000,
    format: 'jpeg',
    width: 3024,
    height: 4032,
    pages: 1,
    takenAt: '2024-05-01T12:03:04',
    camera: 'Nikon D750',
  },
  outputs: [
    {
      variant: 'thumb',
      key: 'uploads/my cat.jpg/thumb.webp',
      format: 'webp',
      width: 200,
      height: 200,
      bytes: 6_120,
      eTag: '"e1"',
    },
    {
      variant: 'web',
      key: 'uploads/my cat.jpg/web.jpg',
      format: 'jpeg',
      width: 1280,
      height: 1707,
      bytes: 240_000,
      eTag: '"e2"',
    },
  ],
};

test('a picture has a name, an address of just this version and its sizes', () => {
  expect(describePictures(done, stack)[0]).toEqual({
    name: 'thumb',
    url: 'http://127.0.0.1:4566/out/uploads/my%20cat.jpg/thumb.webp?v=%22e1%22',
    width: 200,
    height: 200,
    format: 'WebP',
    pixels: '200 × 200',
    bytes: '6.1 kB',
    ratio: '0.3 %',
  });
});

test('the upload is described by what is known of it', () => {
  expect(describeSource(done)).toEqual([
    'JPEG',
    '3024 × 4032',
    '2.4 MB',
    'taken 1 May 2024, 12:03',
    'Nikon D750',
  ]);
  expect(describeSource({ ...done, source: { key: 'k', eTag: 'e', bytes: 0 } })).toEqual([
    '0 bytes',
  ]);
});

test('an animation says how many frames it has', () => {
  const source = { ...done.source, format: 'gif', pages: 12 };
  expect(describeSource({ ...done, source })).toContain('12 frames');
});

test('all variants are summed up', () => {
  expect(summarise(done)).toBe('2 variants, 246 kB together, 10 % of the original');
});
