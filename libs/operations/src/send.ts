import { setTimeout as delay } from 'node:timers/promises';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { OperationError } from './operation-error.ts';

/** A clock that tests replace. */
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
 * Validates a limit, which guards against an accidental flood of messages. Every limit has a default, and only an
 * explicit `Infinity` removes it.
 *
 * @throws OperationError `INVALID_OPTION`
 */
export function checkLimit(limit: number): number {
  if (limit === Infinity || (Number.isInteger(limit) && limit > 0)) return limit;
  throw new OperationError(
    'INVALID_OPTION',
    `limit must be a whole number of at least 1, or Infinity; found ${limit}`,
  );
}

/** Amazon SQS API reference, SendMessageBatch. */
export const MESSAGES_A_REQUEST = 10;
/** With a lower rate, received messages would become visible again before they are sent. */
const LEAST_PER_SECOND = 0.1;

/** Limits the number of messages per second. */
export class RateLimit {
  /** Messages per request: at most those of one second, and at most ten. */
  readonly batchSize: number;
  readonly #clock: Clock;
  readonly #millisecondsEach: number;
  #free = -Infinity;

  /**
   * @param perSecond at least 0.1; `Infinity` for no limit
   * @throws OperationError `INVALID_OPTION`
   */
  constructor(clock: Clock, perSecond: number) {
    if (!(perSecond >= LEAST_PER_SECOND))
      throw new OperationError(
        'INVALID_OPTION',
        `ratePerSecond must be at least ${LEAST_PER_SECOND}; found ${perSecond}`,
      );
    this.batchSize = Math.min(MESSAGES_A_REQUEST, Math.max(1, Math.floor(perSecond)));
    this.#clock = clock;
    this.#millisecondsEach = 1000 / perSecond;
  }

  /** @returns false if the signal was aborted during the wait */
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
 * Bytes of one request. SQS allows 1 MiB since 2025 (Amazon SQS developer guide, "Message quotas"). Older or compatible
 * queues may still have the previous limit of 256 KiB.
 */
const REQUEST_BYTES = 256 * 1024;
/** Attempts for a message that SQS rejects in a batch. */
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
  /** Indices of the sent bodies. */
  readonly sent: ReadonlySet<number>;
  /** Why SQS rejected one of the others; undefined if only the signal prevented sending. */
  readonly failure: string | undefined;
}

interface Numbered {
  readonly index: number;
  readonly body: string;
}

/** Sends the messages in as few requests as possible, within the rate limit. Retries messages that SQS rejects. */
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
  /** The message itself is invalid, and a retry does not help. */
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
