/** Imports nothing but the package: V8 would collect what else is in this process, too. */
import path from 'node:path';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { SOURCE } from '../aws/buckets.ts';

/** Processes one upload, given by its key. */
export type Handle = (key: string) => Promise<void>;

/** The event of one message, as Lambda sends it. */
function eventOf(key: string): SQSEvent {
  // S3 encodes keys in its events.
  const encoded = encodeURIComponent(key).replaceAll('%2F', '/');
  const object = { key: encoded, size: 1, eTag: 'x', sequencer: '1' };
  const event = {
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1' },
    ...{ eventTime: '2026-01-01T00:00:00.000Z', eventName: 'ObjectCreated:Put' },
    s3: { bucket: { name: SOURCE }, object },
  };
  const record = {
    ...{ messageId: 'the-message', receiptHandle: 'the-handle', md5OfBody: '' },
    body: JSON.stringify({ Records: [event] }),
    ...{ eventSource: 'aws:sqs', awsRegion: 'us-east-1', messageAttributes: {} },
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:uploads',
    attributes: { ApproximateReceiveCount: '1' },
  };
  return { Records: [record as unknown as SQSEvent['Records'][number]] };
}

const CONTEXT = {
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
