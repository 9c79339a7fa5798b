import { expect, test } from 'vitest';
import type { DoneManifest, RejectedManifest } from './manifest.ts';
import { outcomeEvent, outcomeEventSchema } from './outcome-event.ts';

const ARN = 'arn:aws:s3:::processed/uploads/cat.jpg/manifest.json';
const made = {
  version: 1,
  recipe: 'photos',
  recipeHash: 'h',
  source: { bucket: 'uploads', key: 'uploads/cat.jpg', versionId: null, eTag: 'e', bytes: 7 },
} as const;
const outputs = (count: number): DoneManifest['outputs'] =>
  Array.from({ length: count }, (_, index) => ({
    variant: `w${index}`,
    key: `uploads/cat.jpg/w${index}.webp`,
    format: 'webp',
    contentType: 'image/webp',
    width: 1,
    height: 1,
    bytes: 1,
    eTag: 'e',
    sha256: 's'.repeat(64),
  }));
const done = (count: number): DoneManifest => ({
  ...made,
  status: 'done',
  outputs: outputs(count),
});
const rejected: RejectedManifest = {
  ...made,
  status: 'rejected',
  outputs: [],
  error: { code: 'CORRUPT_IMAGE', message: 'it ends too early', retryable: false },
};

test('an event is the manifest, and says where it stands', () => {
  expect(outcomeEvent(done(2), ARN)).toEqual({
    source: 'darkroom',
    'detail-type': 'ImageProcessed',
    resources: [ARN],
    detail: done(2),
  });
  expect(outcomeEvent(rejected, ARN)).toMatchObject({
    'detail-type': 'ImageRejected',
    detail: rejected,
  });
});

test('a manifest that EventBridge has no room for is told without its outputs', () => {
  const manifest = done(2000);
  const event = outcomeEvent(manifest, ARN);
  const { outputs: _outputs, ...rest } = manifest;
  expect(event.detail).toEqual({ ...rest, abridged: true });
  expect(event.resources).toEqual([ARN]);
});

test.each([0, 1, 700, 2000])(
  'events of manifests with %d outputs fit, and their schema',
  (count) => {
    for (const manifest of [done(count), rejected]) {
      const event = outcomeEvent(manifest, ARN);
      expect(outcomeEventSchema.parse(event)).toEqual(event);
      expect(Buffer.byteLength(JSON.stringify(event.detail))).toBeLessThan(256 * 1024);
    }
  },
);
