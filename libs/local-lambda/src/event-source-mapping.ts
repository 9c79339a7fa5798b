import type { Message } from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchCollector } from './batch-collector.ts';
import { failedMessageIds } from './batch-response.ts';
import { Queue } from './queue.ts';
import { toPayload } from './sqs-event.ts';
import type { FunctionHost } from './environment-variables.ts';
import type { FunctionPool } from './function-pool.ts';
import type {
  EventSourceMappingSpec,
  InvocationResult,
  MappingListener,
  MappingStats,
} from './types.ts';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * One event source mapping: polls its queue, invokes its function, and deletes the processed messages. Failed messages
 * stay in the queue until their visibility timeout ends, as in Lambda (AWS page "Handling errors for an SQS event
 * source in Lambda"). The queue's redrive policy moves them to its dead-letter queue.
 */
export class EventSourceMapping {
  readonly #spec: EventSourceMappingSpec;
  readonly #pool: Pick<FunctionPool, 'invoke'>;
  readonly #concurrency: number;
  readonly #listener: MappingListener;
  readonly #queue: Queue;
  readonly #collector: BatchCollector;
  readonly #stop = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #polling: Promise<void>;
  #counts = { batches: 0, functionErrors: 0, messagesDeleted: 0, messagesFailed: 0 };

  /** Starts polling. @param concurrency most batches at a time; at least 1 */
  constructor(
    spec: EventSourceMappingSpec,
    host: FunctionHost,
    pool: Pick<FunctionPool, 'invoke'>,
    concurrency: number,
    listener: MappingListener,
  ) {
    this.#spec = spec;
    this.#pool = pool;
    this.#concurrency = concurrency;
    this.#listener = listener;
    this.#queue = new Queue(spec.queueUrl, host);
    this.#collector = new BatchCollector(this.#queue, spec);
    this.#polling = this.#poll();
  }

  stats(): MappingStats {
    const { id, functionName } = this.#spec;
    return {
      mappingId: id,
      functionName,
      batchesInFlight: this.#inFlight.size,
      ...this.#counts,
    };
  }

  /** Starts no more batches. Resolves when the running ones have ended. */
  async stopPolling(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
    await Promise.all(this.#inFlight);
  }

  /** After `stopPolling`. */
  close(): void {
    this.#queue.close();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // Receive only when an environment is free: a message that waits here uses up its visibility timeout.
      while (this.#inFlight.size >= this.#concurrency) await Promise.race(this.#inFlight);
      const batch = await this.#collect(signal);
      if (signal.aborted) await this.#release(batch);
      else if (batch.length > 0) this.#begin(batch);
    }
    await this.#release(this.#collector.takeCarried());
  }

  /** Collects the next batch. Retries with an increasing delay while the queue does not answer. */
  async #collect(signal: AbortSignal): Promise<Message[]> {
    for (let backoffMs = 0; ; backoffMs = nextBackoff(backoffMs)) {
      try {
        await delay(backoffMs, undefined, { signal });
      } catch {
        return [];
      }
      try {
        const batch = await this.#collector.collect(signal);
        if (backoffMs > 0 && !signal.aborted)
          this.#listener.onProblem(`${this.#spec.queueUrl} answers again`);
        return batch;
      } catch (error) {
        if (backoffMs === 0) this.#listener.onProblem(`Cannot receive from ${this.#about(error)}`);
      }
    }
  }

  #begin(batch: Message[]): void {
    const bodies = batch.map(({ Body = '' }) => Body);
    this.#listener.onWork(bodies, true);
    const work: Promise<void> = this.#process(batch)
      .catch((error: unknown) => {
        // Only processed messages are deleted: the others become visible again.
        this.#listener.onProblem(`Cannot process a batch of ${this.#about(error)}`);
      })
      .finally(() => {
        this.#inFlight.delete(work);
        this.#listener.onWork(bodies, false);
      });
    this.#inFlight.add(work);
  }

  async #process(batch: Message[]): Promise<void> {
    const begun = performance.now();
    const result = await this.#pool.invoke(toPayload(batch, this.#spec.queueArn));
    if (result.status === 'stopped') {
      await this.#release(batch);
      return;
    }
    const failed = this.#failedOf(batch, result);
    const done = batch.filter((message) => !failed.has(idOf(message)));
    const undeleted = done.length === 0 ? [] : await this.#queue.delete(done);
    if (undeleted.length > 0) {
      this.#listener.onProblem(
        `${undeleted.length} messages of ${this.#spec.queueUrl} were processed but not deleted: ${undeleted[0]?.Message}`,
      );
    }
    this.#counts.batches += 1;
    this.#counts.functionErrors += result.status === 'failed' ? 1 : 0;
    this.#counts.messagesDeleted += done.length - undeleted.length;
    this.#counts.messagesFailed += batch.length - done.length;
    this.#listener.onBatch({
      mappingId: this.#spec.id,
      functionName: this.#spec.functionName,
      messageIds: batch.map(idOf),
      failedMessageIds: [...failed],
      durationMs: performance.now() - begun,
      ...(result.status === 'failed' && { error: result.error }),
    });
  }

  #failedOf(batch: Message[], result: InvocationResult): ReadonlySet<string> {
    const ids = batch.map(idOf);
    if (result.status !== 'succeeded') return new Set(ids);
    return this.#spec.reportBatchItemFailures ? failedMessageIds(result.payload, ids) : new Set();
  }

  /** Makes unprocessed messages visible at once: the next start need not wait for their visibility timeout. */
  async #release(batch: Message[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.#queue.release(batch);
    } catch (error) {
      // The messages become visible when their visibility timeout ends.
      this.#listener.onProblem(`Cannot release messages of ${this.#about(error)}`);
    }
  }

  #about(error: unknown): string {
    return `${this.#spec.queueUrl}: ${error instanceof Error ? error.message || error.name : String(error)}`;
  }
}

function nextBackoff(ms: number): number {
  return ms === 0 ? FIRST_BACKOFF_MS : Math.min(ms * 2, LONGEST_BACKOFF_MS);
}

function idOf(message: Message): string {
  return message.MessageId ?? '';
}
