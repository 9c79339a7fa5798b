import type { Message } from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_PAYLOAD_BYTES } from './types.ts';
import type { EventSourceMappingSpec } from './types.ts';
import { MAX_MESSAGES_PER_REQUEST, MAX_WAIT_SECONDS } from './queue.ts';
import type { Queue } from './queue.ts';
import { payloadBytes, toPayload } from './sqs-event.ts';

/**
 * Collects batches. A batch ends at `batchSize` messages, at 6 MB of payload, or when the batching window that its
 * first message opens has passed.
 */
export class BatchCollector {
  readonly #queue: Pick<Queue, 'receive'>;
  readonly #spec: EventSourceMappingSpec;
  /** Received messages that did not fit into the previous batch. */
  #carried: Message[] = [];

  constructor(queue: Pick<Queue, 'receive'>, spec: EventSourceMappingSpec) {
    this.#queue = queue;
    this.#spec = spec;
  }

  /**
   * Waits without a limit for the first message, then for the rest of its batch. Returns an empty batch when stopped.
   * Throws the queue's error if the batch is still empty.
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

  /** Returns the received messages that belong to no batch yet, and hands them over to the caller. */
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

  /** Undefined if the queue does not answer: the messages collected so far must not wait for it. */
  async #receiveMore(
    wanted: number,
    leftMs: number,
    stop: AbortSignal,
  ): Promise<Message[] | undefined> {
    // SQS waits in whole seconds: sleep the last fraction, then receive once.
    const waitSeconds = Math.min(Math.floor(leftMs / 1000), MAX_WAIT_SECONDS);
    try {
      if (waitSeconds === 0) await delay(leftMs, undefined, { signal: stop });
      return await this.#receive(wanted, waitSeconds, stop);
    } catch {
      return undefined;
    }
  }
}

/** The messages of one invocation: at most `batchSize` messages and 6 MB of payload. */
class Batch {
  readonly messages: Message[] = [];
  /** Messages that exceed the size of this batch. */
  readonly rest: Message[] = [];
  readonly #spec: EventSourceMappingSpec;
  #bytes: number;

  constructor(spec: EventSourceMappingSpec) {
    this.#spec = spec;
    this.#bytes = Buffer.byteLength(toPayload([], spec.queueArn));
  }

  /** Number of messages that still fit. */
  get room(): number {
    return this.rest.length > 0 ? 0 : this.#spec.batchSize - this.messages.length;
  }

  add(messages: readonly Message[]): void {
    for (const message of messages) {
      const bytes = this.#bytes + payloadBytes(message, this.#spec.queueArn);
      // The first message always fits, whatever its size: the function must reject it.
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
