import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Recipe } from '@darkroom/pipeline';
import * as z from 'zod';
import {
  countMessages,
  createExplainer,
  type DeadLetter,
  deleteMessages,
  HeldMessages,
  MAX_HELD,
  MAX_KEYS,
  readDeadLetter,
  receive,
} from './dead-letters.ts';
import { s3BucketReader } from './listing.ts';
import {
  checkLimit,
  type Clock,
  type Outbox,
  RateLimit,
  sendMessages,
  systemClock,
} from './send.ts';
import { OperationError } from './operation-error.ts';

/** Selects the dead-letter messages to move: all of them, or those for which every given condition holds. */
export type RedriveFilter =
  | 'all'
  | {
      /** Codes of the contract, and `UNEXPLAINED`. */
      readonly errorCodes?: readonly string[];
      /** Matches a message if at least one of its keys has this prefix. */
      readonly prefix?: string;
      readonly messageIds?: readonly string[];
      /** Matches messages that were sent before this time, milliseconds since 1970. */
      readonly before?: number;
    };

export function createFilter(filter: RedriveFilter): (message: DeadLetter) => boolean {
  if (filter === 'all') return () => true;
  const { prefix, before = Infinity } = filter;
  const codes = filter.errorCodes && new Set(filter.errorCodes);
  const ids = filter.messageIds && new Set(filter.messageIds);
  return ({ errorCode, keys, messageId, sentAt }) =>
    (codes?.has(errorCode) ?? true) &&
    (ids?.has(messageId) ?? true) &&
    (prefix === undefined || keys.some((key) => key.startsWith(prefix))) &&
    sentAt < before;
}

/** Codes and folders are untrusted text of messages. The limit bounds the number of groups. */
const MAX_GROUPS = 100;
/** Name of the group that contains all groups after the first hundred. */
export const OTHERS = '*';

/** Messages of a report. */
const MAX_LETTERS = 100;

/** Numbers of messages by code and by folder. */
export class DeadLetterCounts {
  #messages = 0;
  readonly byErrorCode = new Map<string, number>();
  /** By the folder of the first key, `uploads/2024/` of `uploads/2024/cat.jpg`; `''` for a message without keys. */
  readonly byFolder = new Map<string, number>();

  get messages(): number {
    return this.#messages;
  }

  add({ errorCode, keys: [key = ''] }: DeadLetter): void {
    this.#messages += 1;
    count(this.byErrorCode, errorCode);
    count(this.byFolder, key.slice(0, key.lastIndexOf('/') + 1));
  }
}

function count(groups: Map<string, number>, name: string): void {
  const group = groups.has(name) || groups.size < MAX_GROUPS ? name : OTHERS;
  groups.set(group, (groups.get(group) ?? 0) + 1);
}

export interface RedriveOptions {
  readonly sqs: SQSClient;
  readonly deadLetterQueueUrl: string;
  /** Of the pipeline's queue. */
  readonly queueUrl: string;
  /** Reads the manifests of this bucket to explain messages without an error code. */
  readonly s3: S3Client;
  readonly processedBucket: string;
  readonly recipes: readonly Recipe[];
  readonly filter: RedriveFilter;
  /** Most messages to move. Default 1,000; `Infinity` for no limit. */
  readonly limit?: number;
  /** Most messages per second. Default 50, minimum 0.1; `Infinity` for no limit. */
  readonly ratePerSecond?: number;
  /** Receives and counts every message without moving any. The limit does not end the run. */
  readonly dryRun?: boolean;
  /** Called after each receive of up to ten messages, and after each request that moved some. */
  readonly onProgress?: (progress: RedriveProgress) => void;
  /** Ends the run after the current request. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

export interface RedriveProgress {
  /** Approximate number of messages in the dead-letter queue at the start. */
  readonly total: number;
  readonly looked: number;
  /** In a dry run: messages that a run would move. */
  readonly moved: number;
}

export interface Redriven extends RedriveProgress {
  /** Counts of all received messages. */
  readonly found: DeadLetterCounts;
  /** Counts of the messages that match the filter. */
  readonly matching: DeadLetterCounts;
  /** The first ones that match, at most a hundred. */
  readonly letters: readonly DeadLetter[];
  /** Messages that arrived after the start of the run. The run does not move them. */
  readonly newer: number;
  /** Messages that stay invisible for up to ten minutes, because SQS did not release them. */
  readonly hidden: number;
  /**
   * - `end`: the dead-letter queue has no further message
   * - `limit`: the run has moved `limit` messages
   * - `in-flight`: SQS allows no more messages in flight. Run again with a narrower filter or a limit.
   * - `signal`: aborted
   */
  readonly stoppedBy: 'end' | 'limit' | 'in-flight' | 'signal';
}

/**
 * Moves dead-letter messages back to the queue, where each has as many attempts as a new message. It deletes a message
 * only after it has sent it. A kill in between leaves the message in both queues, which is harmless. The other messages
 * are visible again when the function returns or throws, and ten minutes after a kill.
 *
 * @throws OperationError `INVALID_OPTION`, `SEND_FAILED` or `DELETE_FAILED`; errors of SQS and S3 as the SDK throws them
 */
export function redrive(options: RedriveOptions): Promise<Redriven> {
  const { s3, processedBucket, recipes } = options;
  const explain = createExplainer(s3BucketReader(s3, processedBucket), recipes);
  return new RedriveRun(options, explain).run();
}

const counts = z.record(z.string(), z.number());

export const redriveReportSchema = z.strictObject({
  stack: z.string(),
  /** Dead letters by code. */
  found: counts,
  /** Those that match the conditions. */
  matching: counts,
  /** Matching ones by the folder of their first key. */
  folders: counts,
  /** Matching messages, at most a hundred. */
  letters: z.array(
    z.strictObject({
      messageId: z.string(),
      code: z.string(),
      /** At most ten. */
      keys: z.array(z.string()),
      /** ISO 8601. */
      sent: z.string(),
    }),
  ),
  /** 0 in a dry run. */
  moved: z.number(),
  dryRun: z.boolean(),
  stoppedBy: z.enum(['end', 'limit', 'in-flight', 'signal']),
});

/** A run as `darkroom redrive --json` prints it. */
export type RedriveReport = z.output<typeof redriveReportSchema>;

export function redriveReport(
  stack: string,
  { found, matching, letters, moved, stoppedBy }: Redriven,
  dryRun: boolean,
): RedriveReport {
  return {
    ...{ stack, dryRun, stoppedBy },
    found: Object.fromEntries(found.byErrorCode),
    matching: Object.fromEntries(matching.byErrorCode),
    folders: Object.fromEntries(matching.byFolder),
    letters: letters.map(({ messageId, errorCode, keys, sentAt }) => ({
      ...{ messageId, code: errorCode, keys: keys.slice(0, MAX_KEYS) },
      sent: new Date(sentAt).toISOString(),
    })),
    moved: dryRun ? 0 : moved,
  };
}

const DEFAULT_LIMIT = 1000;
const DEFAULT_RATE = 50;

/** One run over the dead-letter queue. */
export class RedriveRun {
  readonly #options: Omit<RedriveOptions, 's3' | 'processedBucket' | 'recipes'>;
  readonly #explain: (keys: readonly string[]) => Promise<string | undefined>;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #held: HeldMessages;
  readonly #matches: (message: DeadLetter) => boolean;
  readonly #limit: number;
  readonly #found = new DeadLetterCounts();
  readonly #matching = new DeadLetterCounts();
  readonly #letters: DeadLetter[] = [];
  #total = 0;
  #moved = 0;
  #newer = 0;

  constructor(
    options: Omit<RedriveOptions, 's3' | 'processedBucket' | 'recipes'>,
    explain: (keys: readonly string[]) => Promise<string | undefined>,
  ) {
    const { sqs, queueUrl, deadLetterQueueUrl, signal, clock = systemClock } = options;
    const rateLimit = new RateLimit(clock, options.ratePerSecond ?? DEFAULT_RATE);
    this.#options = options;
    this.#explain = explain;
    this.#clock = clock;
    this.#outbox = { sqs, queueUrl, rateLimit, clock, signal };
    this.#held = new HeldMessages(sqs, deadLetterQueueUrl, clock);
    this.#matches = createFilter(options.filter);
    this.#limit = checkLimit(options.limit ?? DEFAULT_LIMIT);
  }

  async run(): Promise<Redriven> {
    let stoppedBy: Redriven['stoppedBy'];
    let hidden = 0;
    try {
      const { sqs, deadLetterQueueUrl } = this.#options;
      this.#total = await countMessages(sqs, deadLetterQueueUrl);
      stoppedBy = await this.#lookAtAll();
    } finally {
      hidden = await this.#held.release();
    }
    return {
      ...this.#progress(),
      found: this.#found,
      matching: this.#matching,
      letters: this.#letters,
      newer: this.#newer,
      hidden,
      stoppedBy,
    };
  }

  async #lookAtAll(): Promise<Redriven['stoppedBy']> {
    const { signal } = this.#options;
    const begun = this.#clock.now();
    for (;;) {
      if (signal?.aborted) return 'signal';
      if (this.#hasEnough()) return 'limit';
      if (this.#held.size >= MAX_HELD) return 'in-flight';
      await this.#held.keep();
      const received = await this.#receive();
      if (received === 'in-flight') return 'in-flight';
      if (received.length === 0) return 'end';
      // Otherwise messages that fail again during the run would circulate without end.
      const wanted = received.filter(({ sentAt }) => sentAt <= begun);
      this.#newer += received.length - wanted.length;
      for (const message of wanted) this.#found.add(message);
      const matching = wanted.filter(this.#matches);
      for (const message of matching) this.#matching.add(message);
      this.#letters.push(...matching.slice(0, MAX_LETTERS - this.#letters.length));
      this.#report();
      await this.#move(matching);
    }
  }

  #hasEnough(): boolean {
    const { dryRun = false, filter } = this.#options;
    if (filter !== 'all' && filter.messageIds)
      if (this.#matching.messages >= new Set(filter.messageIds).size) return true;
    return !dryRun && this.#moved >= this.#limit;
  }

  async #receive(): Promise<DeadLetter[] | 'in-flight'> {
    const { sqs, deadLetterQueueUrl } = this.#options;
    const before = this.#clock.now();
    try {
      const messages = await receive(sqs, deadLetterQueueUrl);
      for (const { ReceiptHandle = '' } of messages) this.#held.add(ReceiptHandle, before);
      return await Promise.all(messages.map((message) => readDeadLetter(message, this.#explain)));
    } catch (error) {
      // Amazon SQS API reference, ReceiveMessage, "Errors".
      if (error instanceof Error && error.name === 'OverLimit') return 'in-flight';
      throw error;
    }
  }

  async #move(matching: readonly DeadLetter[]): Promise<void> {
    const { rateLimit } = this.#outbox;
    const moving = matching.slice(0, this.#limit - this.#moved);
    if (this.#options.dryRun) {
      this.#moved += moving.length;
      return;
    }
    for (let first = 0; first < moving.length; first += rateLimit.batchSize) {
      const batch = moving.slice(first, first + rateLimit.batchSize);
      if (!(await this.#moveBatch(batch))) return;
      this.#report();
    }
  }

  /** @returns false if the signal was aborted before all were sent */
  async #moveBatch(batch: readonly DeadLetter[]): Promise<boolean> {
    const { sqs, deadLetterQueueUrl } = this.#options;
    const { sent, failure } = await sendMessages(
      batch.map(({ body }) => body),
      this.#outbox,
    );
    const handles = batch
      .filter((_, index) => sent.has(index))
      .map(({ receiptHandle }) => receiptHandle);
    await deleteMessages(sqs, deadLetterQueueUrl, handles, this.#clock);
    for (const handle of handles) this.#held.forget(handle);
    this.#moved += handles.length;
    if (sent.size === batch.length) return true;
    if (this.#options.signal?.aborted) return false;
    throw new OperationError(
      'SEND_FAILED',
      `SQS refused ${batch.length - sent.size} of ${batch.length} messages: ${failure}`,
    );
  }

  #report(): void {
    this.#options.onProgress?.(this.#progress());
  }

  #progress(): RedriveProgress {
    const looked = this.#found.messages + this.#newer;
    return { total: this.#total, looked, moved: this.#moved };
  }
}
