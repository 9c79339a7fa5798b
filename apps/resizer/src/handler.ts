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
import { peakOfProcess } from '@darkroom/transforms/engine';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { clientTracing, createS3 } from './clients.ts';
import { directS3 } from './direct-s3.ts';
import { createFunctionEngine } from './function-engine.ts';
import { isolatedEngine } from './isolation/isolated-engine.ts';
import { s3ObjectStore } from './object-store.ts';
import { createAnnounce, eventBusSender } from './outcome-events.ts';
import {
  processMessage,
  type Message,
  type MessageContext,
  type TimeSlot,
} from './process-message.ts';
import type { FailedMessage } from './return-to-queue.ts';
import { createTelemetry } from './telemetry.ts';
import { planBatch, TimeSlots } from './time-slots.ts';

/** Time reserved for the response, milliseconds: no request to SQS continues into it. */
const ANSWERING_MS = 1_000;

// Runs at cold start. An invalid environment ends it with one message that lists every problem.
const root = process.env['LAMBDA_TASK_ROOT'] ?? '.';
const environment = parseEnvironment(process.env, root);
const logger = new Logger({ logLevel: environment.logLevel });
const metrics = new Metrics({
  // Lambda always sets it.
  defaultDimensions: metricDimensions(process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'unknown'),
});
const traced = await clientTracing(environment.tracing);
// X-Ray traces the requests of the SDK's client only.
const s3 = environment.tracing ? traced(createS3()) : directS3(createS3());
let loadedQueues: ReturnType<typeof loadQueues> | undefined;
const { eventBus, webhookQueueUrl } = environment;
const announce =
  eventBus === undefined
    ? undefined
    : createAnnounce(eventBus.split(':')[1] ?? 'aws', [
        await eventBusSender(eventBus, traced),
        ...(webhookQueueUrl === undefined ? [] : [await createWebhookSender(webhookQueueUrl)]),
      ]);
const report = createTelemetry(logger, metrics);
const engine = createFunctionEngine(environment, root, s3);

async function loadQueues() {
  const { createSqs, ...all } = await import('./queues.ts');
  return { ...all, sqs: traced(createSqs()) };
}

function queues(): ReturnType<typeof loadQueues> {
  return (loadedQueues ??= loadQueues());
}

async function createWebhookSender(queueUrl: string) {
  const { webhookSender, sqs } = await queues();
  return webhookSender(sqs, queueUrl);
}

/** Processes a batch of SQS records. @returns the ids of the records that SQS has to deliver again */
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
          const message = { id: record.messageId, body: record.body, receiveCount: attempt };
          await processMessage(message, context);
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
    report.memory(peakOfProcess(), Number(lambda.memoryLimitInMB));
    metrics.publishStoredMetrics();
  }
}

function messageContext(isolated: boolean, lambda: Context): MessageContext {
  const memory = new MemoryBudget(uploadMemory(Number(lambda.memoryLimitInMB)));
  const slots = new TimeSlots(
    isolated ? 1 : environment.concurrency,
    () => lambda.getRemainingTimeInMillis() - CLOSING_MS,
  );
  return {
    report,
    maxReceiveCount: environment.maxReceiveCount,
    sendDeadLetter: async (letter) => {
      const { sendDeadLetter, sqs } = await queues();
      await sendDeadLetter(sqs, environment.deadLetterQueueUrl, letter);
    },
    inTimeSlot: async (message, work) => {
      try {
        return await attempt(message, work, false);
      } catch (error) {
        // Runs after the other uploads of the batch, which therefore do not wait for it.
        if (error instanceof NeedsIsolation) return await attempt(message, work, true);
        throw error;
      }
    },
  };

  function attempt<T>(
    message: Message,
    work: (slot: TimeSlot) => Promise<T>,
    isLast: boolean,
  ): Promise<T> {
    return slots.run(message.receiveCount, async (signal) => {
      const own = isolatedEngine(engine, signal);
      const pipeline = {
        source: s3ObjectStore(s3, environment.sourceBucket, signal),
        processed: s3ObjectStore(s3, environment.processedBucket, signal),
        engine: isolated ? own : engine,
        isolated: isolated || isLast || !slots.hasWaiting ? own : ('later' as const),
        recipes: environment.recipes,
        limits: environment.limits,
        makeOutcome: environment.makeOutcome,
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

/** Runs last: a message that becomes visible again must have no request in progress. */
async function backOffAll(messages: readonly FailedMessage[], lambda: Context): Promise<void> {
  if (messages.length === 0) return;
  const left = Math.max(0, lambda.getRemainingTimeInMillis() - ANSWERING_MS);
  const signal = AbortSignal.timeout(left);
  const { returnToQueue, sqs } = await queues();
  const problems = await returnToQueue(sqs, environment.queueUrl, messages, signal);
  if (problems.length > 0) report.backOffFailed(problems);
}

function receiveCount({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
