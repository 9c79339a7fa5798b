import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { startLambda } from '@darkroom/local-lambda';
import { type BenchAws, PACKAGE } from '../aws/bench-aws.ts';
import { SOURCE } from '../aws/buckets.ts';
import { runContestant, type RunOptions } from '../contestants/run-contestant.ts';
import type { Job } from '../jobs.ts';
import type { Burst } from '../report.ts';
import { quantile } from '../statistics.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:resizer';
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:uploads';
const CORES = 2;
const PER_REQUEST = 10;
const POLL_MS = 200;

/**
 * The local pipeline under a burst: the messages arrive at once, two execution environments process them, S3 and SQS run
 * on the same two cores.
 */
export async function burst(
  messages: number,
  { job, photo, ...options }: Omit<RunOptions, 'warmUps' | 'passes'> & { job: Job; photo: string },
): Promise<Burst> {
  const { aws } = options;
  const sharpPerSecond = await pace(messages, job, photo, options);
  const keys = Array.from({ length: messages }, (_, index) => `${job.id}/burst/${index}.jpg`);
  await uploadAll(aws, keys, await readFile(photo));
  await aws.outcomes();
  const sqs = new SQSClient(aws.host);
  const sent = new Map<string, number>();
  for (let at = 0; at < keys.length; at += PER_REQUEST) {
    const some = keys.slice(at, at + PER_REQUEST);
    const Entries = some.map((key, index) => ({
      Id: String(index),
      MessageBody: formatMessage({ bucket: SOURCE, key }),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: aws.queueUrl, Entries }));
  }
  sqs.destroy();
  const began = Date.now();
  for (const key of keys) sent.set(key, began);
  const lambda = await startLambda({
    ...{ ...aws.host, maxConcurrency: CORES, onLog: () => undefined },
    functions: [
      {
        ...{ name: 'resizer', arn: ARN, codeDirectory: PACKAGE, handler: 'index.handler' },
        ...{ runtime: 'nodejs24.x', timeoutSeconds: 600, memoryMiB: 1769 },
        environment: aws.functionEnvironment(job),
      },
    ],
    mappings: [
      {
        ...{ id: 'uploads', queueUrl: aws.queueUrl, queueArn: QUEUE_ARN, functionName: 'resizer' },
        ...{ batchSize: 10, batchWindowSeconds: 0, reportBatchItemFailures: true },
      },
    ],
  });
  const outcomes: number[] = [];
  try {
    while (outcomes.length < messages) {
      await delay(POLL_MS);
      for (const [key, at] of await aws.outcomes()) {
        const start = sent.get(key);
        if (start !== undefined) outcomes.push((at - start) / 1000);
        // A message can come twice.
        sent.delete(key);
      }
    }
  } finally {
    await lambda.stop(10_000);
  }
  const seconds = Math.max(...outcomes);
  const latency = {
    p50: quantile(outcomes, 0.5),
    p90: quantile(outcomes, 0.9),
    p99: quantile(outcomes, 0.99),
    max: seconds,
  };
  return { messages, seconds, perSecond: messages / seconds, sharpPerSecond, latency };
}

/** Thumbnails per second of bare sharp: one process for each core, by the clock. */
async function pace(
  messages: number,
  job: Job,
  photo: string,
  options: Omit<RunOptions, 'warmUps' | 'passes'>,
): Promise<number> {
  const passes = Math.ceil(messages / 10);
  const runs = Array.from({ length: CORES }, () =>
    runContestant('sharp', job, [photo], { ...options, warmUps: 10, passes }),
  );
  const walls = (await Promise.all(runs)).map(({ wall }) => wall);
  return walls.reduce((sum, wall) => sum + 1 / wall, 0);
}

async function uploadAll(aws: BenchAws, keys: readonly string[], Body: Uint8Array): Promise<void> {
  const s3 = new S3Client({ ...aws.host, forcePathStyle: true });
  for (let at = 0; at < keys.length; at += PER_REQUEST)
    await Promise.all(
      keys
        .slice(at, at + PER_REQUEST)
        .map((Key) => s3.send(new PutObjectCommand({ Bucket: SOURCE, Key, Body }))),
    );
  s3.destroy();
}
