import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import {
  backOff,
  CLOSING_MS,
  MemoryBudget,
  metricDimensions,
  NeedsIsolation,
  parseEnvironment,
  toPipelineError,
  uploadMemory,
} from '@darkroom/pipeline';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { planBatch } from './batch-plan.ts';
import { createS3, createSqs } from './clients.ts';
import { sendDeadLetter } from './dead-letter.ts';
import { createFunctionEngine } from './engine.ts';
import { giveBack, type FailedMessage } from './give-back.ts';
import { isolatedEngine } from './isolation/isolated-engine.ts';
import { s3ObjectStore } from './object-store.ts';
import { createAnnounce } from './outcome-events.ts';
import { processMessage, type Message, type MessageContext, type Turn } from './process-message.ts';
import { createReport } from './report.ts';
import { clientTracing } from './tracing.ts';
import { Turns } from './turns.ts';

/** Left of the function's time when it stops asking SQS for anything: enough to answer. Milliseconds. */
const ANSWERING_MS = 1_000;

// The cold start. A wrong environment ends it with every problem in one message.
const root = process.env['LAMBDA_TASK_ROOT'] ?? '.';
const environment = parseEnvironment(process.env, root);
const logger = new Logger({ logLevel: environment.logLevel });
const metrics = new Metrics({
  // Lambda sets it, always.
  defaultDimensions: metricDimensions(process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'unknown'),
});
const traced = await clientTracing(environment.tracing);
const s3 = traced(createS3());
const sqs = traced(createSqs());
const announce =
  environment.eventBus === undefined
    ? undefined
    : await createAnnounce(environment.eventBus, traced);
const report = createReport(logger, metrics);
const engine = createFunctionEngine(environment, root, s3);

/** A batch of SQS records in, the ids of those that have to come again out. */
export async function handler(event: SQSEvent, lambda: Context): Promise<SQSBatchResponse> {
  logger.addContext(lambda);
  const failed: FailedMessage[] = [];
  const plan = planBatch(
    event.Records.map((record) => ({ ...record, receiveCount: receiveCount(record) })),
  );
  const context = messageContext(plan.isolated, lambda);
  try {
    return await processPartialResponse(
      { Records: [...plan.records] },
      async (record: SQSRecord) => {
        const attempt = receiveCount(record);
        try {
          await processMessage({ body: record.body, receiveCount: attempt }, context);
        } catch (error) {
          const { code } = toPipelineError(error);
          const { longestBackOff: longest } = environment;
          failed.push({
            receiptHandle: record.receiptHandle,
            backOff: backOff(code, attempt, { longest, random: Math.random() }),
          });
          throw error;
        }
      },
      new BatchProcessor(EventType.SQS),
      { context: lambda, throwOnFullBatchFailure: false },
    );
  } finally {
    await backOffAll(failed, lambda);
    // `maxRSS` counts in KiB whatever the platform.
    report.memory(process.resourceUsage().maxRSS * 1024, Number(lambda.memoryLimitInMB));
    metrics.publishStoredMetrics();
  }
}

function messageContext(isolated: boolean, lambda: Context): MessageContext {
  const memory = new MemoryBudget(uploadMemory(Number(lambda.memoryLimitInMB)));
  const turns = new Turns(
    isolated ? 1 : environment.concurrency,
    () => lambda.getRemainingTimeInMillis() - CLOSING_MS,
  );
  return {
    report,
    maxReceiveCount: environment.maxReceiveCount,
    sendDeadLetter: (letter) => sendDeadLetter(sqs, environment.deadLetterQueueUrl, letter),
    takeTurn: async (message, work) => {
      try {
        return await attempt(message, work, false);
      } catch (error) {
        // Behind the other uploads of the batch, which then need not wait for it.
        if (error instanceof NeedsIsolation) return await attempt(message, work, true);
        throw error;
      }
    },
  };

  function attempt<T>(
    message: Message,
    work: (turn: Turn) => Promise<T>,
    isLast: boolean,
  ): Promise<T> {
    return turns.take(message.receiveCount, async (signal) => {
      const own = isolatedEngine(engine, signal);
      const pipeline = {
        source: s3ObjectStore(s3, environment.sourceBucket, signal),
        processed: s3ObjectStore(s3, environment.processedBucket, signal),
        engine: isolated ? own : engine,
        isolated: isolated || isLast || !turns.hasWaiting ? own : ('later' as const),
        recipes: environment.recipes,
        limits: environment.limits,
        memory,
        vcpus: environment.concurrency,
      };
      try {
        return await work({ pipeline, signal, announce });
      } finally {
        await own.end();
      }
    });
  }
}

/** After everything else: a message that is visible again must have no request under way. */
async function backOffAll(messages: readonly FailedMessage[], lambda: Context): Promise<void> {
  if (messages.length === 0) return;
  const left = Math.max(0, lambda.getRemainingTimeInMillis() - ANSWERING_MS);
  const signal = AbortSignal.timeout(left);
  const problems = await giveBack(sqs, environment.queueUrl, messages, signal);
  if (problems.length > 0) report.backOffFailed(problems);
}

function receiveCount({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
