/** An `apply` that is killed continues where it stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { parseMessage } from '@darkroom/events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PATIENCE } from '../testing/client.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';

const UPLOADS = 300;

test('SIGKILL: at most one batch of ten is repeated, and none is lost', async () => {
  const folder = await directoryOfTest();
  const aws = await startEmbeddedAws({ port: 0 });
  onTestFinished(() => aws.stop());
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: aws.endpoint, region: 'us-east-1', credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  for (const Bucket of ['uploads', 'outputs']) await s3.send(new CreateBucketCommand({ Bucket }));
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'queue' }));
  const keys = Array.from({ length: UPLOADS }, (_, index) => `photos/${index}.jpg`);
  for (const Key of keys)
    await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'x' }));
  await writeFile(
    path.join(folder, 'recipe.yaml'),
    '{ name: photos, variants: [{ name: w9, steps: [{ resize: { width: 9 } }] }] }',
  );
  const apply = (rate: string): ChildProcess => {
    const child = spawn(
      process.execPath,
      [
        path.join(CHECKOUT, 'apps/cli/src/main.ts'),
        ...['apply', '--source', 'uploads', '--processed', 'outputs', '--queue', QueueUrl],
        ...['--dead-letters', QueueUrl, '--settings', 'recipe.yaml', '--rate', rate],
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          ...{ AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: 'us-east-1', INIT_CWD: folder },
          ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', XDG_STATE_HOME: folder },
        },
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const waiting = async () => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessages']);
  };

  const killed = apply('50');
  await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(30), PATIENCE);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const before = await waiting();
  expect(before).toBeLessThan(UPLOADS);
  const [code] = (await once(apply('unlimited'), 'exit')) as [number];
  expect(code).toBe(0);

  const counts = new Map<string, number>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    for (const { Body = '' } of Messages) {
      const message = parseMessage(Body);
      const key = message.kind === 'changes' ? (message.changes[0]?.key ?? '') : '';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
      }),
    );
  }
  expect([...counts.keys()].sort()).toEqual([...keys].sort());
  const repeated = [...counts.values()].reduce((sum, count) => sum + count, 0) - UPLOADS;
  expect(repeated).toBeLessThanOrEqual(10);
  s3.destroy();
  sqs.destroy();
});
