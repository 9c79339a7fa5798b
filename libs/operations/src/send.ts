import { setTimeout as delay } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { OperationError } from './operation-error.ts';

/** Time, so that a test needs none. */
export interface Clock {
  /** Milliseconds since 1970; never goes back. */
  now(): number;
  /** Ends early, without an error, when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await delay(milliseconds, undefined, signal && { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

/**
 * A limit guards against a storm by accident, so that it has a default everywhere and only an explicit `Infinity`
 * lifts it.
 *
 * @throws OperationError `INVALID_OPTION`
 */
export function checkLimit(limit: number): number {
  if (limit === Infinity || (Number.isInteger(limit) && limit > 0)) return limit;
  throw new OperationError(
    'INVALID_OPTION',
    `limit is a number of messages from 1, or Infinity; found ${limit}`,
  );
}

/** Amazon SQS API reference, SendMessageBatch. */
export const MESSAGES_A_REQUEST = 10;
/** Slower, and what was received would reappear while it waits for its turn. */
const LEAST_PER_SECOND = 0.1;

/** Lets at most so many messages pass in a second. */
export class RateLimit {
  /** Messages that are best sent together: no more than those of one second, and of one request. */
  readonly batchSize: number;
  readonly #clock: Clock;
  readonly #millisecondsEach: number;
  #free = -Infinity;

  /**
   * @param perSecond 0.1 and more; `Infinity` is as fast as SQS takes them
   * @throws OperationError `INVALID_OPTION`
   */
  constructor(clock: Clock, perSecond: number) {
    if (!(perSecond >= LEAST_PER_SECOND))
      throw new OperationError(
        'INVALID_OPTION',
        `ratePerSecond is at least ${LEAST_PER_SECOND}, found ${perSecond}`,
      );
    this.batchSize = Math.min(MESSAGES_A_REQUEST, Math.max(1, Math.floor(perSecond)));
    this.#clock = clock;
    this.#millisecondsEach = 1000 / perSecond;
  }

  /** @returns false where the signal was aborted before these messages' turn came */
  async wait(messages: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false;
    const now = this.#clock.now();
    const start = Math.max(now, this.#free);
    this.#free = start + messages * this.#millisecondsEach;
    if (start > now) await this.#clock.sleep(start - now, signal);
    return !signal?.aborted;
  }
}

/**
 * Bytes of one request. Amazon SQS developer guide, "Message quotas", allows 1 MiB since 2025; queues that were set to
 * less, and other makers' queues, allow the 256 KiB that it was before.
 */
const REQUEST_BYTES = 256 * 1024;
/** Of a message that SQS refused by itself, in a request that it took. */
const ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 200;

export interface Outbox {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly rateLimit: RateLimit;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

export interface Sent {
  /** Indices of the bodies that are in the queue. */
  readonly sent: ReadonlySet<number>;
  /** Why SQS refused one of the others; nothing where only the signal kept them from being sent. */
  readonly failure: string | undefined;
}

interface Numbered {
  readonly index: number;
  readonly body: string;
}

/** Sends the messages in as few requests as they fit into, each when its turn comes; what fails in part is repeated. */
export async function sendMessages(bodies: readonly string[], outbox: Outbox): Promise<Sent> {
  const sent = new Set<number>();
  const refused = new Map<number, Refusal>();
  for (const request of requests(bodies)) {
    let left = request;
    for (let attempt = 1; left.length > 0 && attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1)
        await outbox.clock.sleep(FIRST_BACKOFF_MS * 2 ** (attempt - 2), outbox.signal);
      if (!(await outbox.rateLimit.wait(left.length, outbox.signal))) break;
      const refusals = await sendRequest(left, outbox);
      for (const { index } of left) {
        const refusal = refusals.get(index);
        if (refusal) refused.set(index, refusal);
        else sent.add(index);
      }
      left = left.filter(({ index }) => refusals.get(index)?.isFinal === false);
    }
  }
  const failure = [...refused].find(([index]) => !sent.has(index))?.[1].reason;
  return { sent, failure };
}

function requests(bodies: readonly string[]): Numbered[][] {
  const all: Numbered[][] = [];
  let bytes = Infinity;
  for (const [index, body] of bodies.entries()) {
    bytes += Buffer.byteLength(body);
    const last = all.at(-1);
    if (last && bytes <= REQUEST_BYTES && last.length < MESSAGES_A_REQUEST)
      last.push({ index, body });
    else {
      all.push([{ index, body }]);
      bytes = Buffer.byteLength(body);
    }
  }
  return all;
}

interface Refusal {
  readonly reason: string;
  /** The message itself is at fault: another attempt would not help. */
  readonly isFinal: boolean;
}

async function sendRequest(
  messages: readonly Numbered[],
  { sqs, queueUrl }: Outbox,
): Promise<ReadonlyMap<number, Refusal>> {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: messages.map(({ index, body }) => ({ Id: String(index), MessageBody: body })),
    }),
  );
  return new Map(
    Failed.map(({ Id, Code, Message, SenderFault = false }) => [
      Number(Id),
      { reason: `${Code}: ${Message ?? 'no message'}`, isFinal: SenderFault },
    ]),
  );
}
