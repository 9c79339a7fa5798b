import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { catalog, parseEnvironment } from '@darkroom/pipeline';
import { createEngine } from '@darkroom/transforms/engine';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { createS3, createSqs } from './clients.ts';
import { sendDeadLetter } from './dead-letter.ts';
import { s3ObjectStore } from './object-store.ts';
import { processMessage, type MessageContext } from './process-message.ts';
import { createReport } from './report.ts';
import { clientTracing } from './tracing.ts';

/** Left of the function's time when work stops: enough to end the requests under way, and to answer. Milliseconds. */
const CLOSING_MS = 5_000;

// The cold start. A wrong environment ends it with every problem in one message.
const environment = parseEnvironment(process.env, process.env['LAMBDA_TASK_ROOT'] ?? '.');
const logger = new Logger({ logLevel: environment.logLevel });
const metrics = new Metrics();
const traced = await clientTracing(environment.tracing);
const s3 = traced(createS3());
const sqs = traced(createSqs());
const report = createReport(logger, metrics);
const engine = createEngine({
  catalog,
  svg: environment.recipes.some(({ formats }) => formats.includes('svg')),
});

/** A batch of SQS records in, the ids of those that have to come again out. */
export async function handler(event: SQSEvent, lambda: Context): Promise<SQSBatchResponse> {
  logger.addContext(lambda);
  const processor = new BatchProcessor(EventType.SQS);
  const timeLeft = Math.max(0, lambda.getRemainingTimeInMillis() - CLOSING_MS);
  const signal = AbortSignal.timeout(timeLeft);
  const context: MessageContext = {
    pipeline: {
      source: s3ObjectStore(s3, environment.sourceBucket, signal),
      processed: s3ObjectStore(s3, environment.processedBucket, signal),
      engine,
      recipes: environment.recipes,
      limits: environment.limits,
    },
    report,
    maxReceiveCount: environment.maxReceiveCount,
    sendDeadLetter: (letter) => sendDeadLetter(sqs, environment.deadLetterQueueUrl, letter),
    signal,
    // Powertools starts all records at once; images have to wait for a processor and for memory.
    limit: pLimit(concurrencyFor(event.Records)),
  };
  try {
    return await processPartialResponse(
      event,
      (record: SQSRecord) =>
        processMessage({ body: record.body, receiveCount: receiveCount(record) }, context),
      processor,
      { context: lambda, throwOnFullBatchFailure: false },
    );
  } finally {
    // A batch of nothing but test events has none, and Powertools would warn of that.
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}

function receiveCount({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}

/** What has failed before is tried one at a time: it may be what killed the process. */
function concurrencyFor(records: readonly SQSRecord[]): number {
  return records.some((record) => receiveCount(record) > 1) ? 1 : environment.concurrency;
}
