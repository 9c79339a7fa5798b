import type { DoneManifest, RejectedManifest } from '../contract/manifest.ts';

const made = {
  version: 1,
  recipe: 'photos',
  recipeHash: '0123456789abcdef',
  source: {
    bucket: 'source',
    key: 'uploads/cat.jpg',
    versionId: null,
    eTag: 'etag-of-cat',
    bytes: 2_481_234,
    sha256: 'c'.repeat(64),
    format: 'jpeg',
    width: 3024,
    height: 4032,
    orientation: 6,
    pages: 1,
    takenAt: '2024-05-01T12:03:04',
  },
} as const;

export const doneManifest: DoneManifest = {
  ...made,
  status: 'done',
  outputs: [
    {
      variant: 'thumb',
      key: 'uploads/cat.jpg/thumb.webp',
      format: 'webp',
      contentType: 'image/webp',
      width: 200,
      height: 200,
      bytes: 6120,
      fit: 'cover',
      eTag: 'etag-of-thumb',
      sha256: 'f'.repeat(64),
    },
  ],
  placeholder: { thumbhash: 'YTkGJwaRhWUIt4lbgnhZl3ath2BUBGYA', dominantColour: '#8a6f52' },
};

export const rejectedManifest: RejectedManifest = {
  ...made,
  status: 'rejected',
  source: { bucket: 'source', key: 'uploads/cat.jpg', versionId: 'v1', eTag: 'e', bytes: 12 },
  outputs: [],
  error: { code: 'CORRUPT_IMAGE', message: 'ends too early', retryable: false },
};
