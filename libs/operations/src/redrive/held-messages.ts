import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import { MESSAGES_A_REQUEST } from '../messages/pace.ts';

/** How long a received message stays invisible; also how long after a kill it takes until all are visible again. Seconds. */
export const VISIBILITY_SECONDS = 600;
/** SQS allows about 120,000 messages in flight (SQS developer guide, "Message quotas"): some are left for others. */
export const MAX_HELD = 100_000;

const REQUESTS_AT_ONCE = 8;

/**
 * Dead letters that were looked at. SQS has no listing, only receiving: each stays invisible until the run is over, since
 * it would otherwise come again and again, and none is forgotten, since it has to become visible then.
 */
export class HeldMessages {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #clock: Clock;
  /** Receipt handle → when the message becomes visible by itself, milliseconds; the soonest first. */
  readonly #held = new Map<string, number>();

  constructor(sqs: SQSClient, queueUrl: string, clock: Clock) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  /** @param receivedAfter a moment before the request that received it, milliseconds */
  add(receiptHandle: string, receivedAfter: number): void {
    this.#held.set(receiptHandle, receivedAfter + VISIBILITY_SECONDS * 1000);
  }

  /** The message is deleted. */
  forget(receiptHandle: string): void {
    this.#held.delete(receiptHandle);
  }

  /** Gives more time to those that have used half of theirs. */
  async keep(): Promise<void> {
    const now = this.#clock.now();
    const soon = now + (VISIBILITY_SECONDS * 1000) / 2;
    const due: string[] = [];
    for (const [handle, until] of this.#held) {
      if (until > soon) break;
      due.push(handle);
    }
    for (const handle of due) {
      this.#held.delete(handle);
      this.add(handle, now);
    }
    await this.#change(due, VISIBILITY_SECONDS);
  }

  /** @returns how many could not be made visible: they become so by themselves, later */
  async release(): Promise<number> {
    const handles = [...this.#held.keys()];
    this.#held.clear();
    return this.#change(handles, 0);
  }

  async #change(handles: readonly string[], seconds: number): Promise<number> {
    const limit = pLimit(REQUESTS_AT_ONCE);
    const requests: Promise<number>[] = [];
    for (let first = 0; first < handles.length; first += MESSAGES_A_REQUEST) {
      const some = handles.slice(first, first + MESSAGES_A_REQUEST);
      requests.push(limit(() => this.#request(some, seconds)));
    }
    return (await Promise.all(requests)).reduce((sum, failed) => sum + failed, 0);
  }

  /** A message that cannot be changed is no reason to stop: at worst it is looked at twice, or seen again later. */
  async #request(handles: readonly string[], seconds: number): Promise<number> {
    try {
      const { Failed = [] } = await this.#sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#queueUrl,
          Entries: handles.map((ReceiptHandle, index) => ({
            Id: String(index),
            ReceiptHandle,
            VisibilityTimeout: seconds,
          })),
        }),
      );
      return Failed.length;
    } catch {
      return handles.length;
    }
  }
}
