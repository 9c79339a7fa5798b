import { outcomeEvent, type EventOutcome, type Manifest } from '@darkroom/pipeline';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { eventJsonSchema } from './event-schema.ts';

const check = addFormats
  .default(new Ajv({ allErrors: true, allowUnionTypes: true }))
  .compile(eventJsonSchema());
const made = {
  version: 1,
  recipe: 'photos',
  recipeHash: 'h',
  source: { bucket: 'uploads', key: 'uploads/cat.jpg', versionId: null, eTag: 'e', bytes: 7 },
  outputs: [],
} as const;
const done: Manifest = { ...made, outputs: [], status: 'done' };
const rejected: Manifest = {
  ...made,
  outputs: [],
  status: 'rejected',
  error: { code: 'CORRUPT_IMAGE', message: 'it ends too early', retryable: false },
};
const upload = { version: 1, source: { bucket: 'uploads', key: 'uploads/cat.jpg' } } as const;
const removed: EventOutcome = { ...upload, status: 'removed' };
const gaveUp: EventOutcome = {
  ...upload,
  status: 'gave-up',
  error: { code: 'TIMEOUT', message: 'it took too long' },
};
/** What EventBridge adds to an event. */
const envelope = { version: '0', id: '1', account: '1', time: '2024-05-01T12:03:04Z', region: 'r' };

test.each([done, rejected, removed, gaveUp])(
  'an event of $status is what the schema says',
  (outcome) => {
    const event = {
      ...envelope,
      ...outcomeEvent(outcome, {
        manifestArn: 'arn:aws:s3:::b/k',
        messageId: 'm1',
        startedAt: new Date(0),
      }),
    };
    expect({ valid: check(event), errors: check.errors }).toEqual({ valid: true, errors: null });
  },
);

test.each([
  ['another source', { source: 'aws.s3' }],
  ['another type', { 'detail-type': 'ImageLost' }],
  ['a manifest of the other outcome', { detail: rejected }],
  ['no manifest', { detail: {} }],
  ['a time in words', { detail: { ...done, eventId: 'e', eventTime: 'yesterday' } }],
])('%s is none', (_what, change) => {
  expect(
    check({
      ...envelope,
      ...outcomeEvent(done, {
        manifestArn: 'arn:aws:s3:::b/k',
        messageId: 'm1',
        startedAt: new Date(0),
      }),
      ...change,
    }),
  ).toBe(false);
});
