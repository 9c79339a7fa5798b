import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { onTestFinished } from 'vitest';
import { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import type { Answer } from './darkroom.ts';

/** A `darkroom` process. It ends with the test. */
export interface Process {
  /** Sends it to all processes of the command, as a terminal does. */
  signal(name: NodeJS.Signals): void;
  readonly answer: Promise<Answer>;
  /** Whether it, or a process that it started, runs. */
  isRunning(): boolean;
  /** Resolves when it writes to standard output. */
  readonly writes: Promise<unknown>;
}

/** @param folder the working folder, also of saved positions */
export function startDarkroom(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Process {
  const main = path.join(CHECKOUT, 'apps/cli/src/main.ts');
  const child = spawn(process.execPath, [main, ...args], {
    // A process group of its own.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, INIT_CWD: folder, XDG_STATE_HOME: folder, ...environment },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} did not start`);
  const send = (name: NodeJS.Signals | 0) => {
    try {
      return process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      throw error;
    }
  };
  onTestFinished(() => void send('SIGKILL'));
  const answer = once(child, 'close').then(([code]) => {
    return { exitCode: code as number, stdout, stderr };
  });
  return {
    ...{ answer, writes: once(child.stdout, 'data') },
    signal: (name) => void send(name),
    isRunning: () => send(0),
  };
}

/** Buckets and a queue without a function. The commands reach them by a proxy that can hold requests. */
export async function startBareStack() {
  const folder = await directoryOfTest();
  const aws = await startEmbeddedAws({ port: 0 });
  onTestFinished(() => aws.stop());
  const proxy = await FaultProxy.start({ next: () => undefined });
  onTestFinished(() => proxy.stop());
  const [sourceBucket, processedBucket] = ['uploads', 'outputs'];
  proxy.connect(aws.endpoint, { sourceBucket, processedBucket });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: aws.endpoint, region: 'us-east-1', credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  onTestFinished(() => {
    s3.destroy();
    sqs.destroy();
  });
  for (const Bucket of [sourceBucket, processedBucket])
    await s3.send(new CreateBucketCommand({ Bucket }));
  const { QueueUrl: queueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'queue' }),
  );
  await writeFile(
    path.join(folder, 'recipe.yaml'),
    '{ name: photos, variants: [{ name: w9, steps: [{ resize: { width: 9 } }] }] }',
  );
  const behindProxy = `${proxy.endpoint('application')}${new URL(queueUrl).pathname}`;
  const options = [
    ...['--source', sourceBucket, '--processed', processedBucket],
    ...['--queue', behindProxy, '--dead-letters', behindProxy],
  ];
  return {
    ...{ folder, proxy, s3, sqs, sourceBucket, queueUrl },
    /** @param name of a command that works on a stack */
    start: (name: string, ...more: string[]): Process =>
      startDarkroom([name, ...options, '--settings', 'recipe.yaml', ...more], folder, {
        ...{ AWS_ENDPOINT_URL: proxy.endpoint('application'), AWS_REGION: 'us-east-1' },
        ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      }),
    /** @returns the keys of `count` new uploads */
    async putUploads(count: number): Promise<string[]> {
      const keys = Array.from({ length: count }, (_, index) => `photos/${index}.jpg`);
      for (const Key of keys)
        await s3.send(new PutObjectCommand({ Bucket: sourceBucket, Key, Body: 'x' }));
      return keys;
    },
    /** @returns the number of messages that wait */
    async countMessages(): Promise<number> {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          ...{ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] },
        }),
      );
      return Number(Attributes?.['ApproximateNumberOfMessages']);
    },
  };
}
