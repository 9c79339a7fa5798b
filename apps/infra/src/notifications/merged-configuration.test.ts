import { expect, test } from 'vitest';
import {
  addNotifications,
  type NotificationConfiguration,
  refuseOverlap,
} from './merged-configuration.ts';

const ours = {
  marker: 'darkroom:photos:',
  events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
  filters: [
    { prefix: 'uploads/', suffix: '.jpg' },
    { prefix: 'scans/', suffix: '' },
  ],
};
const queueArn = 'arn:aws:sqs:eu-central-1:123456789012:photos-queue';
const filter = { filterPrefix: 'documents/', filterSuffix: '' };
const events = ['s3:ObjectCreated:*'];
const lambda = { id: 'index', lambdaFunctionArn: 'index', events, ...filter };
const queue = { id: 'archive', queueArn: 'archive', events, ...filter };
const topic = { id: 'audit', topicArn: 'audit', events, ...filter };

const configuration = (more: Partial<NotificationConfiguration> = {}) => ({
  ...{ eventbridge: false, lambdaFunctions: [], queues: [], topics: [] },
  ...more,
});

test('the notifications of others stay, ours follow under ids that mark them', () => {
  const existing = configuration({
    eventbridge: true,
    lambdaFunctions: [lambda],
    queues: [queue],
    topics: [topic],
  });
  expect(addNotifications(existing, { ...ours, queueArn })).toEqual({
    eventbridge: true,
    lambdaFunctions: [lambda],
    queues: [
      queue,
      {
        ...{ id: 'darkroom:photos:0', queueArn, events: ours.events },
        ...{ filterPrefix: 'uploads/', filterSuffix: '.jpg' },
      },
      {
        ...{ id: 'darkroom:photos:1', queueArn, events: ours.events },
        ...{ filterPrefix: 'scans/', filterSuffix: '' },
      },
    ],
    topics: [topic],
  });
});

test('those of the last deployment are replaced, wherever they went, and do not overlap with the new ones', () => {
  const mine = { id: 'darkroom:photos:7', events, filterPrefix: 'uploads/', filterSuffix: '' };
  // The marker is at the beginning of an id only.
  const another = { ...queue, id: 'copy-of-darkroom:photos:' };
  const existing = configuration({
    lambdaFunctions: [{ ...mine, lambdaFunctionArn: 'index' }],
    queues: [{ ...mine, queueArn }, another],
    topics: [{ ...mine, topicArn: 'audit' }],
  });
  expect(() => {
    refuseOverlap(existing, ours);
  }).not.toThrow();
  expect(addNotifications(existing, { ...ours, queueArn })).toEqual(
    addNotifications(configuration({ queues: [another] }), { ...ours, queueArn }),
  );
});

test.each<[string, Partial<NotificationConfiguration>]>([
  ['a function', { lambdaFunctions: [{ ...lambda, filterPrefix: 'uploads/2026/' }] }],
  ['a queue', { queues: [{ ...queue, filterPrefix: 'uploads/2026/' }] }],
  ['a topic', { topics: [{ ...topic, filterPrefix: 'uploads/2026/' }] }],
])('%s that already hears of the same keys is refused, with both filters', (_what, existing) => {
  expect(() => {
    refuseOverlap(configuration(existing), ours);
  }).toThrow(
    expect.objectContaining({
      code: 'FILTERS_OVERLAP',
      message: expect.stringMatching(/"uploads\/2026\/…".*"uploads\/….jpg"/),
    }),
  );
});

test.each([
  ['of one kind of creation', ['s3:ObjectCreated:Put'], true],
  ['of several events, one of them ours', ['s3:ObjectTagging:*', 's3:ObjectRemoved:Delete'], true],
  ['of all kinds of an event', ['s3:ObjectRemoved:*'], true],
  ['of all events that S3 has', ['s3:*'], true],
  ['of another event', ['s3:ObjectTagging:Put'], false],
  ['of an event whose name ends alike', ['s3:Replication:ObjectCreated:*'], false],
  ['of no event', [], false],
])('a notification %s, %j, overlaps with ours: %j', (_what, theirEvents, overlaps) => {
  const existing = configuration({
    queues: [{ ...queue, events: theirEvents, filterPrefix: 'uploads/' }],
  });
  const check = () => {
    refuseOverlap(existing, ours);
  };
  if (overlaps) expect(check).toThrow('its notification "archive"');
  else expect(check).not.toThrow();
});

test.each([
  ['other keys', { filterPrefix: 'documents/' }],
  ['another ending', { filterPrefix: 'uploads/', filterSuffix: '.pdf' }],
])('a notification of the same events for %s stands beside ours', (_what, keys) => {
  const existing = configuration({ queues: [{ ...queue, ...keys }] });
  expect(() => {
    refuseOverlap(existing, ours);
  }).not.toThrow();
});

test('a kind of event of others covers the single event that we hear of', () => {
  const existing = configuration({ queues: [{ ...queue, filterPrefix: 'uploads/' }] });
  expect(() => {
    refuseOverlap(existing, { ...ours, events: ['s3:ObjectCreated:Put'] });
  }).toThrow('its notification "archive"');
});
