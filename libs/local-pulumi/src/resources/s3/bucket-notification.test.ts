import { GetBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../../engine/testing/run.ts';
import { failureOf, startCloud, type Cloud } from '../testing/embedded.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const ACCOUNT = '000000000000';

/** A bucket that notifies a queue. */
const program =
  (
    policy: object | undefined,
    filter: object = { filterPrefix: 'uploads/' },
    events = ['s3:ObjectCreated:*', 's3:LifecycleExpiration:*'],
    ...others: readonly Record<string, string | string[]>[]
  ): Program =>
  async (register) => {
    const bucket = await register('aws:s3/bucket:Bucket', 'b', { bucket: 'notifying' });
    const queue = await register('aws:sqs/queue:Queue', 'q', { name: 'notified' });
    if (policy) {
      await register('aws:sqs/queuePolicy:QueuePolicy', 'p', {
        queueUrl: queue.id,
        policy: JSON.stringify({ Version: '2012-10-17', Statement: [policy] }),
      });
    }
    await register('aws:s3/bucketNotification:BucketNotification', 'n', {
      bucket: bucket.id,
      queues: [
        { queueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:notified`, events, ...filter },
        ...others,
      ],
    });
  };

const allow = {
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: ['sqs:SendMessage'],
  Resource: [`arn:aws:sqs:us-east-1:${ACCOUNT}:notified`],
  Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::notifying' } },
};

describe('a notification', () => {
  test('is refused, as S3 does, while the queue has no policy', async () => {
    expect(await failureOf(cloud.deploy(program(undefined)))).toMatchObject({
      code: 'RESOURCE_FAILED',
      message: expect.stringContaining(
        'Unable to validate the following destination configurations',
      ),
    });
  });

  test.each([
    [
      'for another bucket',
      { ...allow, Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::x' } } },
    ],
    [
      'for another account',
      { ...allow, Condition: { StringEquals: { 'aws:SourceAccount': '1' } } },
    ],
    ['for another service', { ...allow, Principal: { Service: 'sns.amazonaws.com' } }],
    ['for another action', { ...allow, Action: 'sqs:ReceiveMessage' }],
  ])('is refused while the policy is %s', async (_, policy) => {
    expect(await failureOf(cloud.deploy(program(policy)))).toMatchObject({
      message: expect.stringMatching(/BucketNotification "n": InvalidArgument: .*does not let s3/),
    });
  });

  test('is set where the policy allows it, and events that cannot happen here are listed', async () => {
    const { notEmulated } = await cloud.deploy(program(allow));
    expect(notEmulated).toContainEqual(
      expect.objectContaining({
        property: 'queues.events',
        why: expect.stringContaining('expires'),
      }),
    );
    cloud.takeCalls();
    await cloud.deploy(program(allow));
    expect(cloud.takeCalls()).toEqual([]);
  });

  test('without a filter is about all keys, and may come with others', async () => {
    const queueArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:notified`;
    const overTls = { ...allow, Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
    const { notEmulated } = await cloud.deploy(
      program(overTls, { id: 'first' }, ['s3:ObjectCreated:Put'], {
        ...{ queueArn, events: ['s3:LifecycleExpiration:*'] },
      }),
    );
    expect(notEmulated).toContainEqual(expect.objectContaining({ property: 'queues.events' }));
    const { QueueConfigurations } = await cloud.s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: 'notifying' }),
    );
    expect(QueueConfigurations).toEqual([
      { Id: 'first', QueueArn: queueArn, Events: ['s3:ObjectCreated:Put'] },
    ]);
  });

  test('of events that cannot happen here alone is refused', async () => {
    const events = ['s3:LifecycleExpiration:*'];
    expect(await failureOf(cloud.deploy(program(allow, {}, events)))).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('names no event that can happen here'),
    });
  });

  test('to a queue that is not there is refused', async () => {
    const queueArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:nothing`;
    const to = { queueArn };
    expect(await failureOf(cloud.deploy(program(allow, to)))).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`InvalidArgument: Unable to validate .*: there is no queue ${queueArn}$`),
      ),
    });
  });

  test('filters as the program says', async () => {
    await cloud.deploy(program(allow, { filterPrefix: 'in/', filterSuffix: '.jpg' }));
    const put = (Key: string) =>
      cloud.s3.send(new PutObjectCommand({ Bucket: 'notifying', Key, Body: 'x' }));
    for (const key of ['uploads/a.jpg', 'in/a.png', 'in/a.jpg']) await put(key);
    const { Messages } = await cloud.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: `${cloud.context.endpoint}/${ACCOUNT}/notified`,
        MaxNumberOfMessages: 10,
      }),
    );
    const keys = (Messages ?? []).flatMap(({ Body }) => {
      const { Records = [] } = JSON.parse(Body ?? '') as {
        Records?: { s3: { object: { key: string } } }[];
      };
      return Records.map(({ s3 }) => s3.object.key);
    });
    expect(keys).toEqual(['in/a.jpg']);
  });

  test('is switched off when the program drops it', async () => {
    await cloud.deploy((register) =>
      register('aws:s3/bucket:Bucket', 'b', { bucket: 'notifying', forceDestroy: true }),
    );
    const { QueueConfigurations } = await cloud.s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: 'notifying' }),
    );
    expect(QueueConfigurations).toBeUndefined();
  });

  test('to anything but a queue is refused', async () => {
    const toTopic: Program = (register) =>
      register('aws:s3/bucketNotification:BucketNotification', 'n', {
        bucket: 'notifying',
        topics: [{ topicArn: 'x', events: ['s3:ObjectCreated:*'] }],
      });
    expect(await failureOf(cloud.deploy(toTopic))).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('only queues are notified here, no topics'),
    });
  });
});
