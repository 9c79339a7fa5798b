import type { Message } from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_PAYLOAD_BYTES } from './types.ts';
import type { EventSourceMappingSpec } from './types.ts';
import { MAX_MESSAGES_PER_REQUEST, MAX_WAIT_SECONDS } from './queue.ts';
import type { Queue } from './queue.ts';
import { payloadBytes, toPayload } from './sqs-event.ts';

/**
 * Gathers batches: a batch is full at `batchSize` messages or 6 MB of payload, and goes as it
 * is when the batching window, which its first message opens, is over.
 */
export class BatchCollector {
  readonly #queue: Pick<Queue, 'receive'>;
  readonly #spec: EventSourceMappingSpec;
  /** Received, but too large to go with the batch before. */
  #carried: Message[] = [];

  constructor(queue: Pick<Queue, 'receive'>, spec: EventSourceMappingSpec) {
    this.#queue = queue;
    this.#spec = spec;
  }

  /**
   * Waits for the first message without an end, then for the rest of its batch. Empty when
   * stopped. Throws what the queue throws, except when there is a batch to go with.
   */
  async collect(stop: AbortSignal): Promise<Message[]> {
    const batch = new Batch(this.#spec);
    batch.add(this.takeCarried());
    while (batch.messages.length === 0 && !stop.aborted) {
      batch.add(await this.#receive(batch.room, MAX_WAIT_SECONDS, stop));
    }
    const windowEnd = Date.now() + this.#spec.batchWindowSeconds * 1000;
    while (batch.room > 0 && !stop.aborted) {
      const leftMs = windowEnd - Date.now();
      if (leftMs <= 0) break;
      const more = await this.#receiveMore(batch.room, leftMs, stop);
      if (more === undefined) break;
      batch.add(more);
    }
    this.#carried = batch.rest;
    return batch.messages;
  }

  /** The messages that were received for no batch yet; they are the caller's from now on. */
  takeCarried(): Message[] {
    const carried = this.#carried;
    this.#carried = [];
    return carried;
  }

  async #receive(wanted: number, waitSeconds: number, stop: AbortSignal): Promise<Message[]> {
    const max = Math.min(wanted, MAX_MESSAGES_PER_REQUEST);
    try {
      return await this.#queue.receive(max, waitSeconds, stop);
    } catch (error) {
      if (stop.aborted) return [];
      throw error;
    }
  }

  /** Undefined if the queue does not answer: what was collected before must not wait for it. */
  async #receiveMore(
    wanted: number,
    leftMs: number,
    stop: AbortSignal,
  ): Promise<Message[] | undefined> {
    // SQS waits in whole seconds; the last fraction is slept and then looked at once.
    const waitSeconds = Math.min(Math.floor(leftMs / 1000), MAX_WAIT_SECONDS);
    try {
      if (waitSeconds === 0) await delay(leftMs, undefined, { signal: stop });
      return await this.#receive(wanted, waitSeconds, stop);
    } catch {
      return undefined;
    }
  }
}

/** The messages of one invocation: no more than `batchSize`, and no more than 6 MB of payload. */
class Batch {
  readonly messages: Message[] = [];
  /** Added, but too many or too large to go with this batch. */
  readonly rest: Message[] = [];
  readonly #spec: EventSourceMappingSpec;
  #bytes: number;

  constructor(spec: EventSourceMappingSpec) {
    this.#spec = spec;
    this.#bytes = Buffer.byteLength(toPayload([], spec.queueArn));
  }

  /** How many more messages it may take. */
  get room(): number {
    return this.rest.length > 0 ? 0 : this.#spec.batchSize - this.messages.length;
  }

  add(messages: readonly Message[]): void {
    for (const message of messages) {
      const bytes = this.#bytes + payloadBytes(message, this.#spec.queueArn);
      // One message goes in any case, however large: it is the function that has to refuse it.
      const fits = this.messages.length === 0 || bytes <= MAX_PAYLOAD_BYTES;
      if (this.room > 0 && fits) {
        this.messages.push(message);
        this.#bytes = bytes;
      } else {
        this.rest.push(message);
      }
    }
  }
}
