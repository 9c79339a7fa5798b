import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CopyObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { formatMessage } from '@darkroom/events';
import { toSqsRecord } from '@darkroom/local-lambda/testing';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { PROCESSED, SOURCE } from '../aws/buckets.ts';
import { type Job, SHARPS_OWN } from '../jobs.ts';
import { pipelinePerOutput } from './in-memory.ts';

/** Processes one upload, given by its key. */
export type Handle = (key: string) => Promise<void>;

export function s3Client(): S3Client {
  return new S3Client({ forcePathStyle: true });
}

/** The event of one message. */
export function eventOf(key: string): SQSEvent {
  const message = {
    MessageId: 'the-message',
    ReceiptHandle: 'the-handle',
    Body: formatMessage({ bucket: SOURCE, key }),
    Attributes: { ApproximateReceiveCount: '1' },
  };
  return { Records: [toSqsRecord(message, 'arn:aws:sqs:us-east-1:000000000000:uploads')] };
}

export const CONTEXT = {
  ...{ functionName: 'resizer', functionVersion: '$LATEST', memoryLimitInMB: '1769' },
  ...{ invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:resizer' },
  awsRequestId: '00000000-0000-0000-0000-000000000000',
  getRemainingTimeInMillis: () => 600_000,
} as unknown as Context;

/** The built package, called as Lambda calls it. Its variables are those of this process. */
export async function wholeFunction(): Promise<Handle> {
  const root = process.env['LAMBDA_TASK_ROOT'] ?? '';
  const { handler } = (await import(path.join(root, 'index.mjs'))) as {
    handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
  };
  // Its log is not part of the figures, and nobody reads it here.
  console.log = console.info = console.warn = () => undefined;
  return async (key) => {
    const { batchItemFailures } = await handler(eventOf(key), CONTEXT);
    if (batchItemFailures.length > 0) throw new Error(`${key} went back to the queue`);
  };
}

/** The handler of tutorials: GET, a pipeline for each output, PUT. */
export function sharpHandler(job: Job): Handle {
  const s3 = s3Client();
  const doJob = pipelinePerOutput(job, SHARPS_OWN);
  return async (key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: SOURCE, Key: key }));
    const source = await Body?.transformToByteArray();
    for (const { name, bytes } of await doJob(source ?? new Uint8Array()))
      await s3.send(
        new PutObjectCommand({ Bucket: PROCESSED, Key: `${key}/${name}`, Body: bytes }),
      );
  };
}

const stored = new Set<string>();

/**
 * Uploads a file, which is not part of the figures: S3 copies it after the first time, because the garbage of an upload
 * from this process would make V8 collect during the work that is measured.
 */
export async function upload(s3: S3Client, file: string, key: string): Promise<void> {
  const original = `originals/${path.basename(file)}`;
  if (!stored.has(file))
    await s3.send(
      new PutObjectCommand({ Bucket: SOURCE, Key: original, Body: await readFile(file) }),
    );
  stored.add(file);
  const CopySource = `${SOURCE}/${original}`;
  await s3.send(new CopyObjectCommand({ Bucket: SOURCE, Key: key, CopySource }));
}
