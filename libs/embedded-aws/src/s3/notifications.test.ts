import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { refused, RunningAws, sqsClient, STORAGES } from '../testing/running-aws.ts';

interface Notification {
  readonly Records: readonly {
    readonly eventName: string;
    readonly responseElements: { readonly 'x-amz-request-id': string };
    readonly s3: {
      readonly configurationId: string;
      readonly bucket: { readonly name: string };
      readonly object: {
        readonly key: string;
        readonly size?: number;
        readonly eTag?: string;
        readonly sequencer: string;
      };
    };
  }[];
}

describe.each(STORAGES)('notifications in %s', (storage) => {
  let aws: RunningAws;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
  });
  afterAll(() => aws.stop());

  /** A bucket that notifies a queue, with the test event already taken out. */
  async function notifyingBucket(filter: { prefix?: string; suffix?: string } = {}) {
    const Bucket = await aws.bucket();
    const queue = await aws.queue();
    const FilterRules = Object.entries(filter).map(([Name, Value]) => ({
      Name: Name as 'prefix' | 'suffix',
      Value,
    }));
    const configuration: QueueConfiguration = {
      Id: 'uploads',
      QueueArn: queue.arn,
      Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
      ...(FilterRules.length > 0 && { Filter: { Key: { FilterRules } } }),
    };
    await aws.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations: [configuration] },
      }),
    );
    await aws.drain(queue.url);
    return {
      Bucket,
      queue,
      put: (Key: string, Body: string | Buffer = 'x', condition: object = {}) =>
        aws.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...condition })),
      remove: (Key: string) => aws.s3.send(new DeleteObjectCommand({ Bucket, Key })),
      events: async () => (await aws.drain<Notification>(queue.url)).flatMap((n) => n.Records),
    };
  }

  test('a created object: the exact shape', async () => {
    const { Bucket, put, events } = await notifyingBucket();
    const { ETag = '', $metadata } = await put('uploads/red flower (1).jpg', 'hello');
    expect(await events()).toEqual([
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: expect.any(String) },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': $metadata.requestId,
          'x-amz-id-2': expect.any(String),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'uploads',
          bucket: {
            name: Bucket,
            ownerIdentity: { principalId: expect.any(String) },
            arn: `arn:aws:s3:::${Bucket}`,
          },
          object: {
            key: 'uploads/red+flower+%281%29.jpg',
            size: 5,
            eTag: ETag.replaceAll('"', ''),
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
        },
      },
    ]);
  });

  test('a removed object has neither size nor ETag', async () => {
    const { put, remove, events } = await notifyingBucket();
    await put('gone');
    await events();
    await remove('gone');
    await remove('gone'); // there was nothing: no event
    const [event, ...more] = await events();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ eventName: 'ObjectRemoved:Delete' });
    expect(event?.s3.object).toEqual({ key: 'gone', sequencer: expect.any(String) });
  });

  test('every way to create or remove has its name, and the sequencer grows', async () => {
    const { Bucket, put, remove, events } = await notifyingBucket();
    await put('put');
    await aws.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/put` }));
    await new Upload({
      client: aws.s3,
      params: { Bucket, Key: 'parts', Body: Buffer.alloc(6 * 1024 * 1024) },
    }).done();
    const form = new FormData();
    form.append('key', 'form');
    form.append('file', new Blob(['x']));
    await fetch(`${aws.endpoint}/${Bucket}`, { method: 'POST', body: form });
    await remove('put');
    const Objects = [{ Key: 'copy' }, { Key: 'parts' }];
    await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

    const all = await events();
    expect(all.map((event) => [event.eventName, event.s3.object.key])).toEqual([
      ['ObjectCreated:Put', 'put'],
      ['ObjectCreated:Copy', 'copy'],
      ['ObjectCreated:CompleteMultipartUpload', 'parts'],
      ['ObjectCreated:Post', 'form'],
      ['ObjectRemoved:Delete', 'put'],
      ['ObjectRemoved:Delete', 'copy'],
      ['ObjectRemoved:Delete', 'parts'],
    ]);
    const sequencers = all.map((event) => event.s3.object.sequencer);
    expect(new Set(sequencers).size).toBe(7);
    expect(sequencers).toEqual([...sequencers].sort());
  });

  test('the region is that of the queue', async () => {
    const Bucket = await aws.bucket();
    const elsewhere = sqsClient(aws.endpoint, 'eu-central-1');
    const created = new CreateQueueCommand({ QueueName: `${Bucket}-far` });
    const { QueueUrl = '' } = await elsewhere.send(created);
    const { QueueArn = '' } = await aws.attributes(QueueUrl);
    const QueueConfigurations = [{ QueueArn, Events: ['s3:ObjectCreated:Put' as const] }];
    const NotificationConfiguration = { QueueConfigurations };
    await aws.s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
    );
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    // Neither a copy nor a removal was asked for.
    await aws.s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const [test, ...events] = await aws.drain(QueueUrl);
    expect(test).toMatchObject({ Event: 's3:TestEvent' });
    expect(events).toMatchObject([{ Records: [{ awsRegion: 'eu-central-1' }] }]);
  });

  test('a refused write sends nothing', async () => {
    const { put, events } = await notifyingBucket();
    await put('once');
    await events();
    await refused(put('once', 'x', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    expect(await events()).toEqual([]);
  });

  test('prefix and suffix both filter, and are URL-encoded as S3 wants them', async () => {
    const { put, events } = await notifyingBucket({ prefix: 'my+uploads%3D1/', suffix: '.jpg' });
    for (const key of ['my uploads=1/a.jpg', 'my uploads=1/a.png', 'my+uploads%3D1/a.jpg']) {
      await put(key);
    }
    expect((await events()).map((event) => event.s3.object.key)).toEqual(['my+uploads%3D1/a.jpg']);
  });

  test('a queue with a delay delays events too', async () => {
    const Bucket = await aws.bucket();
    const queue = await aws.queue({ DelaySeconds: '900' });
    await aws.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: queue.arn, Events: ['s3:ObjectCreated:*'] }],
        },
      }),
    );
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }));
    expect(await aws.attributes(queue.url)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '2',
    });
  });

  test('a queue that is gone does not hinder uploads', async () => {
    const { Bucket, queue, put } = await notifyingBucket();
    await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
    await put('still');
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'still' }));
    expect(await Body?.transformToString()).toBe('x');
  });
});
