import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { s3Client, sqsClient } from './testing/running-aws.ts';

const Bucket = 'photos';
const ARN = 'arn:aws:sqs:us-east-1:000000000000:uploads';

let dataDir: string;
let server: ChildProcess;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-aws-'));
});
afterEach(async () => {
  await kill();
  await rm(dataDir, { recursive: true });
});

async function start(): Promise<{ s3: S3Client; sqs: SQSClient }> {
  const script = path.join(import.meta.dirname, 'testing/embedded-aws-process.ts');
  server = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (server.stdout === null) throw new Error('no output');
  const [endpoint] = (await once(createInterface(server.stdout), 'line')) as [string];
  return { s3: s3Client(endpoint), sqs: sqsClient(endpoint) };
}

async function kill(): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

async function receiveAll(sqs: SQSClient, QueueName: string): Promise<string[]> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
}

test('after SIGKILL under load every acknowledged upload has its object and its event, and only such', async () => {
  const { s3, sqs } = await start();
  await s3.send(new CreateBucketCommand({ Bucket }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: ARN, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  );

  const acknowledged: string[] = [];
  const upload = async (writer: number) => {
    for (let index = 0; ; index += 1) {
      const Key = `writer ${writer}/${index}`;
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key.repeat(1000) }));
      acknowledged.push(Key);
      if (acknowledged.length >= 300) server.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, (_, writer) => upload(writer)));
  await kill();
  expect(acknowledged.length).toBeGreaterThanOrEqual(300);

  const again = await start();
  const stored: string[] = [];
  for await (const page of paginateListObjectsV2({ client: again.s3 }, { Bucket })) {
    stored.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
  }
  expect(stored).toEqual(expect.arrayContaining(acknowledged));
  for (const Key of acknowledged) {
    const { Body } = await again.s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe(Key.repeat(1000));
  }
  const bodies = await receiveAll(again.sqs, 'uploads');
  const notified = bodies.flatMap((body) =>
    ((JSON.parse(body) as { Records?: { s3: { object: { key: string } } }[] }).Records ?? []).map(
      (record) => decodeURIComponent(record.s3.object.key.replaceAll('+', ' ')),
    ),
  );
  expect(notified.sort()).toEqual(stored.sort());
});

test('after SIGKILL during receives no message is lost on its way to the dead-letter queue', async () => {
  const { sqs } = await start();
  await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: ARN.replace('uploads', 'dead'),
    maxReceiveCount: 1,
  });
  const Attributes = { RedrivePolicy, VisibilityTimeout: '0' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'poison', Attributes }));
  const sent = Array.from({ length: 100 }, (_, index) => `message ${index}`);
  for (const MessageBody of sent) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

  let received = 0;
  const poll = async () => {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 3 }),
      );
      received += Messages.length;
      if (received >= 60) server.kill('SIGKILL');
    }
  };
  await Promise.allSettled([poll(), poll(), poll()]);
  await kill();

  const again = await start();
  // Once from the queue itself, where a message stays until a later receive moves it.
  const left = await receiveAll(again.sqs, 'poison');
  const dead = await receiveAll(again.sqs, 'dead');
  expect(new Set([...left, ...dead])).toEqual(new Set(sent));
});

test('what was deleted stays deleted', async () => {
  const { s3, sqs } = await start();
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'uploads' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'done' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const [message] = Messages;
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  await kill();
  const again = await start();
  expect(await receiveAll(again.sqs, 'uploads')).toEqual([]);
  const { KeyCount } = await again.s3.send(new ListObjectsV2Command({ Bucket }));
  expect(KeyCount).toBe(0);
});
