import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type Event,
  type FilterRule,
  type NotificationConfiguration,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { refused, RunningAws } from '../testing/running-aws.ts';

describe('the notification configuration', () => {
  let aws: RunningAws;
  let Bucket: string;
  let QueueArn: string;
  let QueueUrl: string;
  beforeAll(async () => {
    aws = await RunningAws.start('SQLite');
    Bucket = await aws.bucket();
    ({ arn: QueueArn, url: QueueUrl } = await aws.queue());
  });
  afterAll(() => aws.stop());

  const set = (configuration: NotificationConfiguration, more: object = {}) =>
    aws.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: configuration,
        ...more,
      }),
    );
  const get = async () => {
    const { $metadata: _, ...configuration } = await aws.s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    );
    return configuration;
  };
  const created = (prefix?: string, suffix?: string, event = 's3:ObjectCreated:*') => ({
    QueueArn,
    Events: [event as 's3:ObjectCreated:*'],
    Filter: {
      Key: {
        FilterRules: [
          ...(prefix === undefined ? [] : [{ Name: 'prefix' as const, Value: prefix }]),
          ...(suffix === undefined ? [] : [{ Name: 'suffix' as const, Value: suffix }]),
        ],
      },
    },
  });

  test('is empty at first, read back with ids, kept over a restart, and replaced as a whole', async () => {
    expect(await get()).toEqual({});
    await set({ QueueConfigurations: [created('uploads/', '.jpg'), created('%C3%A9/')] });
    await aws.restart();
    const { QueueConfigurations = [] } = await get();
    expect(QueueConfigurations).toMatchObject([
      {
        Id: expect.any(String),
        QueueArn,
        Events: ['s3:ObjectCreated:*'],
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'Prefix', Value: 'uploads/' },
              { Name: 'Suffix', Value: '.jpg' },
            ],
          },
        },
      },
      { Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: '%C3%A9/' }] } } },
    ]);
    await set({});
    expect(await get()).toEqual({});
  });

  test('sends a test event to each queue when it is set', async () => {
    QueueUrl = (await aws.queue()).url; // the URL of this run's port
    const { QueueArn: arn = '' } = await aws.attributes(QueueUrl);
    await set({ QueueConfigurations: [{ QueueArn: arn, Events: ['s3:ObjectCreated:*'] }] });
    expect(await aws.drain(QueueUrl)).toEqual([
      {
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Time: expect.any(String),
        Bucket,
        RequestId: expect.any(String),
        HostId: expect.any(String),
      },
    ]);
  });

  test('rejects unknown and FIFO queues, and keeps the earlier configuration', async () => {
    await set({ QueueConfigurations: [created('kept/')] });
    const fifo = await aws.queue({ FifoQueue: 'true' }, '.fifo');
    for (const arn of [`${QueueArn}-missing`, fifo.arn]) {
      const configuration = { QueueConfigurations: [{ ...created(), QueueArn: arn }] };
      await refused(set(configuration), 'InvalidArgument', 400);
    }
    expect((await get()).QueueConfigurations).toHaveLength(1);
    await set(
      { QueueConfigurations: [{ ...created(), QueueArn: `${QueueArn}-missing` }] },
      { SkipDestinationValidation: true },
    );
  });

  test.each([
    ['the same filter', created('a/', '.jpg'), created('a/', '.jpg')],
    ['none and any', created(), created('a/')],
    ['a prefix of the other', created('a/'), created('a/b/', '.png')],
    ['a suffix of the other', created('a/', '.jpg'), created('a/', 'x.jpg')],
    ['an event that the other covers', created('a/', '', 's3:ObjectCreated:Put'), created('a/')],
    [
      'one event of several',
      { ...created('a/'), Events: ['s3:ObjectCreated:Put', 's3:ObjectRemoved:Delete'] as Event[] },
      { ...created('a/'), Events: ['s3:ObjectCreated:Copy', 's3:ObjectRemoved:*'] as Event[] },
    ],
  ])('refuses overlaps: %s', async (_, left, right) => {
    const both = { QueueConfigurations: [left, right].map((one) => ({ ...one, QueueArn })) };
    await refused(set(both), 'InvalidArgument', 400);
  });

  test.each([
    ['other prefixes', created('a/'), created('b/')],
    ['other suffixes', created('a/', '.jpg'), created('a/', '.png')],
    ['suffixes of which one is a part of the other', created('a/', '.jpg'), created('a/', '.jpg.')],
    ['prefixes of which one ends like the other', created('b/a/'), created('a/')],
    ['other events', created('a/'), created('a/', '', 's3:ObjectRemoved:*')],
    [
      'events of one kind that are not equal',
      created('a/', '', 's3:ObjectCreated:Put'),
      created('a/', '', 's3:ObjectCreated:Post'),
    ],
  ])('takes what does not overlap: %s', async (_, left, right) => {
    await set({ QueueConfigurations: [left, right].map((one) => ({ ...one, QueueArn })) });
  });

  test('rejects what S3 rejects, and filters that match nothing', async () => {
    const filtered = (FilterRules: FilterRule[]) => ({
      QueueConfigurations: [{ ...created(), Filter: { Key: { FilterRules } } }],
    });
    const twice: FilterRule = { Name: 'prefix', Value: 'a' };
    await refused(set(filtered([twice, twice])), 'InvalidArgument', 400);
    await refused(
      set(filtered([{ Name: 'infix' as 'prefix', Value: 'a' }])),
      'InvalidArgument',
      400,
    );
    const longest = 'a'.repeat(1024);
    await set(filtered([{ Name: 'prefix', Value: longest }]));
    for (const Value of ['my uploads/', 'year=2024/', 'é/', '50%', `${longest}a`]) {
      await refused(set(filtered([{ Name: 'prefix', Value }])), 'InvalidArgument', 400);
    }
  });

  test.each([
    's3:ObjectCreated:Put',
    's3:ObjectCreated:Post',
    's3:ObjectCreated:Copy',
    's3:ObjectCreated:CompleteMultipartUpload',
    's3:ObjectRemoved:*',
    's3:ObjectRemoved:Delete',
    's3:ObjectRemoved:DeleteMarkerCreated',
  ])('takes the event %s', async (event) => {
    await set({ QueueConfigurations: [created('', '', event)] });
    expect((await get()).QueueConfigurations).toMatchObject([{ Events: [event] }]);
  });

  test('rejects destinations and events that are not emulated', async () => {
    const Events = ['s3:ObjectCreated:*' as const];
    for (const configuration of [
      { TopicConfigurations: [{ TopicArn: 'arn:aws:sns:us-east-1:000000000000:x', Events }] },
      { LambdaFunctionConfigurations: [{ LambdaFunctionArn: 'arn:aws:lambda:x', Events }] },
      { EventBridgeConfiguration: {} },
      { QueueConfigurations: [created('', '', 's3:ObjectTagging:*')] },
    ]) {
      await refused(set(configuration), 'NotImplemented', 501);
    }
  });

  test('rejects documents of another kind', async () => {
    const queue = (...elements: string[]) =>
      `<NotificationConfiguration><QueueConfiguration>${elements.join('')}</QueueConfiguration></NotificationConfiguration>`;
    for (const body of [
      '',
      '<nonsense',
      '<VersioningConfiguration/>',
      '<!DOCTYPE a><a/>',
      queue(`<Queue>${QueueArn}</Queue>`),
      queue('<Event>s3:ObjectCreated:*</Event>'),
    ]) {
      const answer = await fetch(`${aws.endpoint}/${Bucket}?notification`, { method: 'PUT', body });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('<Code>MalformedXML</Code>');
    }
  });
});
