import { systemClock, type Clock } from '../clock.ts';
import { OperationError } from '../errors.ts';
import { checkLimit } from '../messages/limit.ts';
import { Pace } from '../messages/pace.ts';
import { sendMessages, type Outbox } from '../messages/send-messages.ts';
import { LetterCounts } from './counts.ts';
import { countMessages, deleteMessages, receive } from './dead-letter-queue.ts';
import { readDeadLetter, type DeadLetter } from './dead-letter.ts';
import { createFilter } from './filter.ts';
import { HeldMessages, MAX_HELD } from './held-messages.ts';
import type { Redriven, RedriveOptions, RedriveProgress } from './redrive.ts';

const DEFAULT_LIMIT = 1000;
const DEFAULT_RATE = 50;

/** One run over the dead-letter queue. */
export class RedriveRun {
  readonly #options: Omit<RedriveOptions, 's3' | 'processedBucket' | 'recipes'>;
  readonly #explain: (keys: readonly string[]) => Promise<string | undefined>;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #held: HeldMessages;
  readonly #matches: (letter: DeadLetter) => boolean;
  readonly #limit: number;
  readonly #found = new LetterCounts();
  readonly #matching = new LetterCounts();
  #total = 0;
  #moved = 0;
  #newer = 0;

  constructor(
    options: Omit<RedriveOptions, 's3' | 'processedBucket' | 'recipes'>,
    explain: (keys: readonly string[]) => Promise<string | undefined>,
  ) {
    const { sqs, queueUrl, deadLetterQueueUrl, signal, clock = systemClock } = options;
    const pace = new Pace(clock, options.ratePerSecond ?? DEFAULT_RATE);
    this.#options = options;
    this.#explain = explain;
    this.#clock = clock;
    this.#outbox = { sqs, queueUrl, pace, clock, signal };
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
      const letters = await this.#receive();
      if (letters === 'in-flight') return 'in-flight';
      if (letters.length === 0) return 'end';
      // What comes back from the queue while this runs would otherwise go round and round.
      const wanted = letters.filter(({ sentAt }) => sentAt <= begun);
      this.#newer += letters.length - wanted.length;
      for (const letter of wanted) this.#found.add(letter);
      const matching = wanted.filter(this.#matches);
      for (const letter of matching) this.#matching.add(letter);
      this.#report();
      await this.#move(matching);
    }
  }

  #hasEnough(): boolean {
    const { dryRun = false, filter } = this.#options;
    if (filter !== 'all' && 'messageIds' in filter)
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
    const { pace } = this.#outbox;
    const moving = matching.slice(0, this.#limit - this.#moved);
    if (this.#options.dryRun) {
      this.#moved += moving.length;
      return;
    }
    for (let first = 0; first < moving.length; first += pace.batchSize) {
      const batch = moving.slice(first, first + pace.batchSize);
      if (!(await this.#moveBatch(batch))) return;
      this.#report();
    }
  }

  /** @returns false where the signal was aborted before all were sent */
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
