import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { eventually, refused, RunningAws, sqsClient, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('queues in %s', (storage) => {
  let aws: RunningAws;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
  });
  afterAll(() => aws.stop());

  const send = (QueueUrl: string, MessageBody: string) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const receive = async (QueueUrl: string, more: object = {}) => {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageSystemAttributeNames: ['All'],
        MaxNumberOfMessages: 10,
        ...more,
      }),
    );
    return Messages;
  };

  test('visibility 0 gives a message back at once, with its receive count', async () => {
    const { url } = await aws.queue();
    await send(url, 'again');
    const [first] = await receive(url);
    expect(await receive(url)).toEqual([]);
    await aws.sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: first?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    const [second] = await receive(url);
    expect(second).toMatchObject({
      MessageId: first?.MessageId,
      Attributes: { ApproximateReceiveCount: '2' },
    });
    const Entries = [{ Id: 'a', ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }];
    await aws.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    expect(await receive(url)).toHaveLength(1);
  });

  test('characters beyond U+FFFF are taken, and control characters still are not', async () => {
    const { url } = await aws.queue();
    const body = '{"key":"😀 𝔘𝔫𝔦"}';
    await send(url, body);
    const Entries = [{ Id: 'a', MessageBody: body }];
    const batch = new SendMessageBatchCommand({ QueueUrl: url, Entries });
    expect((await aws.sqs.send(batch)).Failed).toEqual([]);
    expect((await receive(url)).map(({ Body }) => Body)).toEqual([body, body]);
    await expect(send(url, 'bell \u0007')).rejects.toThrow('Invalid characters found');
  });

  test('the counts are true without a receive', async () => {
    const { url } = await aws.queue({ VisibilityTimeout: '1' });
    await send(url, 'x');
    await receive(url);
    const counts = async () => {
      const attributes = await aws.attributes(url);
      return [
        attributes['ApproximateNumberOfMessages'],
        attributes['ApproximateNumberOfMessagesNotVisible'],
      ];
    };
    await eventually(async () => (await counts()).join() === '1,0');
  });

  test('a message is received maxReceiveCount times, then it is in the dead-letter queue', async () => {
    const dead = await aws.queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
    const { url } = await aws.queue({ VisibilityTimeout: '0', RedrivePolicy });
    await send(url, 'poison');
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url)).toHaveLength(0);
    expect((await receive(dead.url)).map(({ Body }) => Body)).toEqual(['poison']);
  });

  test('a queue name is used once, whatever the region', async () => {
    const elsewhere = sqsClient(aws.endpoint, 'eu-west-1');
    const QueueName = `name-${randomUUID()}`;
    const create = () => new CreateQueueCommand({ QueueName });
    const { QueueUrl = '' } = await aws.sqs.send(create());
    await send(QueueUrl, 'kept');
    await aws.sqs.send(create());
    await refused(elsewhere.send(create()), 'AWS.SimpleQueueService.QueueNameExists', 400);
    if (storage === 'SQLite') await aws.restart();
    const { QueueUrl: url = '' } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
    expect((await receive(url)).map(({ Body }) => Body)).toEqual(['kept']);
  });

  test('URLs need no name resolution, hold this run’s port, and lead to the queue', async () => {
    const QueueName = `url-${randomUUID()}`;
    await aws.sqs.send(new CreateQueueCommand({ QueueName }));
    if (storage === 'SQLite') await aws.restart();
    const { QueueUrl = '' } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
    expect(QueueUrl).toBe(`${aws.endpoint}/000000000000/${QueueName}`);
    const silent = () => {};
    const byUrlAlone = new SQSClient({
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await byUrlAlone.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const list = async () =>
      (await aws.sqs.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }))).QueueUrls;
    expect(await list()).toEqual([QueueUrl]);
    await aws.sqs.send(new DeleteQueueCommand({ QueueUrl }));
    expect(await list()).toEqual([]);
  });
});
