import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
  DeleteMessageCommand,
  PurgeQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openDataDirectory } from '../data-directory.ts';
import type { Emulator } from '../emulator.ts';
import {
  INVALID_MESSAGE_BODY_CHAR,
  S3Store,
  SnsStore,
  SqsStore,
  type Persistence,
} from '../fauxqs.ts';
import { messageCharacters, redrive } from './queues.ts';
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

test('a restart keeps waiting and received messages', async () => {
  const aws = await RunningAws.start('SQLite');
  const QueueName = 'uploads';
  await aws.sqs.send(new CreateQueueCommand({ QueueName }));
  const url = async () =>
    (await aws.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
  const send = async (MessageBody: string) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody }));
  const receive = async () => {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: await url(), MaxNumberOfMessages: 10 }),
    );
    return Messages;
  };

  await send('in flight');
  const [inFlight] = await receive();
  await send('waiting');
  await aws.restart();
  expect((await receive()).map(({ Body }) => Body)).toEqual(['waiting']);
  await aws.sqs.send(
    new DeleteMessageCommand({ QueueUrl: await url(), ReceiptHandle: inFlight?.ReceiptHandle }),
  );
  expect(await aws.attributes(await url())).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  await aws.sqs.send(new PurgeQueueCommand({ QueueUrl: await url() }));
  await aws.restart();
  expect(await aws.attributes(await url())).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
  await aws.stop();
});

test('a character is valid as SQS sees it, wherever UTF-16 puts it', () => {
  // fauxqs is loaded once, and another start may have repaired it.
  Reflect.deleteProperty(INVALID_MESSAGE_BODY_CHAR, 'test');
  messageCharacters();
  for (const valid of ['a', '\t\n\r', 'é', '\ud7ff', '\ue000', '\ufffd', '😀', '\u{10ffff}'])
    expect(INVALID_MESSAGE_BODY_CHAR.test(valid)).toBe(false);
  for (const invalid of ['\0', '\u0007', '\u001f', '\ud800', '\udfff', '\ufffe'])
    expect(INVALID_MESSAGE_BODY_CHAR.test(invalid)).toBe(true);
});

const ARN = 'arn:aws:sqs:us-east-1:000000000000:';

function queues(persistence: Persistence) {
  const sqs = new SqsStore();
  const atomically: Emulator['atomically'] = (work) => {
    const results: ReturnType<typeof work>[] = [];
    persistence.transaction(() => results.push(work()));
    return results[0] as ReturnType<typeof work>;
  };
  redrive({ sqs, atomically } as Emulator);
  return sqs;
}

test('a failure on the way to the dead-letter queue leaves the message where it was', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-aws-'));
  const persistence = openDataDirectory(dataDir);
  const sqs = queues(persistence);
  sqs.persistence = persistence;
  sqs.createQueue('dead', 'http://h/0/dead', `${ARN}dead`);
  const poison = sqs.createQueue('poison', 'http://h/0/poison', `${ARN}poison`, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${ARN}dead`, maxReceiveCount: 1 }),
  });
  poison.enqueue(SqsStore.createMessage('x', {}, undefined));
  const receive = () => poison.dequeue(1, 0, (arn: string) => sqs.getQueueByArn(arn));
  expect(receive()).toHaveLength(1);

  persistence.insertMessage = () => {
    throw new Error('killed here');
  };
  expect(receive).toThrow('killed here');

  const again = queues(persistence);
  persistence.load(again, new SnsStore(), new S3Store());
  expect(again.getQueueByName('poison')?.messages.map(({ body }) => body)).toEqual(['x']);
  persistence.close();
  await rm(dataDir, { recursive: true });
});
