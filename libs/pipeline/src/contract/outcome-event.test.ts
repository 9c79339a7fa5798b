import { expect, test } from 'vitest';
import type { DoneManifest, RejectedManifest } from './manifest.ts';
import { outcomeEvent, outcomeEventSchema, type EventOutcome } from './outcome-event.ts';

const ARN = 'arn:aws:s3:::processed/uploads/cat.jpg/manifest.json';
const of = { manifestArn: ARN, messageId: 'm1', startedAt: new Date(1_767_323_045_678) };
const id = {
  eventId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  eventTime: '2026-01-02T03:04:05.678Z',
};
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
  expect(outcomeEvent(done(2), of)).toEqual({
    source: 'darkroom',
    'detail-type': 'ImageProcessed',
    resources: [ARN],
    detail: { ...done(2), ...id },
  });
  expect(outcomeEvent(rejected, of)).toMatchObject({
    'detail-type': 'ImageRejected',
    detail: rejected,
  });
});

test('a manifest that EventBridge has no room for is told without its outputs', () => {
  const manifest = done(2000);
  const event = outcomeEvent(manifest, of);
  const { outputs: _outputs, ...rest } = manifest;
  expect(event.detail).toEqual({ ...rest, abridged: true, ...id });
  expect(event.resources).toEqual([ARN]);
});

test('EventBridge has room for less than 255 KiB of an entry', () => {
  const withRecipe = (length: number) =>
    outcomeEvent({ ...done(1), recipe: 'x'.repeat(length) }, of);
  const { source, 'detail-type': type, resources, detail } = withRecipe(0);
  const bytes = [source, type, JSON.stringify(detail), ...resources].join('').length;
  expect(withRecipe(255 * 1024 - bytes - 1).detail).not.toHaveProperty('abridged');
  expect(withRecipe(255 * 1024 - bytes).detail).toHaveProperty('abridged', true);
});

test('a rejection has no outputs to leave out', () => {
  const error = { ...rejected.error, message: 'x'.repeat(300_000) };
  const { detail } = outcomeEvent({ ...rejected, error }, of);
  expect(detail).toMatchObject({ error, outputs: [] });
  expect(detail).not.toHaveProperty('abridged');
});

test.each([0, 1, 700, 2000])(
  'events of manifests with %d outputs fit, and their schema',
  (count) => {
    for (const manifest of [done(count), rejected]) {
      const event = outcomeEvent(manifest, of);
      expect(outcomeEventSchema.parse(event)).toEqual(event);
      expect(Buffer.byteLength(JSON.stringify(event.detail))).toBeLessThan(255 * 1024);
    }
  },
);

const source = { bucket: 'uploads', key: 'uploads/cat.jpg' };

test.each([
  ['ImageRemoved', { version: 1, status: 'removed', source }],
  [
    'ImageGaveUp',
    { version: 1, status: 'gave-up', source, error: { code: 'TIMEOUT', message: 'late' } },
  ],
] as const)('%s has no manifest, and fits the schema', (type, outcome) => {
  const event = outcomeEvent(outcome, of);
  expect(event).toMatchObject({ 'detail-type': type, resources: [ARN], detail: outcome });
  expect(outcomeEventSchema.parse(event)).toEqual(event);
});

test('only repetitions of an event have its id', () => {
  const idOf = (outcome: EventOutcome, place: typeof of) =>
    outcomeEvent(outcome, place).detail.eventId;
  const first = idOf(done(1), of);
  expect(idOf(done(1), { ...of, startedAt: new Date(0) })).toBe(first);
  // A manifest that was read has its members in another order.
  const { status, ...members } = done(1);
  expect(idOf({ status, ...members }, of)).toBe(first);
  const others = [
    idOf(done(2), of),
    // The upload was replaced twice, and is the first one again.
    idOf(done(1), { ...of, messageId: 'm3' }),
    // A message may name several keys.
    idOf(done(1), { ...of, manifestArn: `${ARN}2` }),
    idOf({ version: 1, status: 'removed', source }, of),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
});
