import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { InvalidMessageError, parseMessage } from '@darkroom/events';
import { outputKeys, parseManifest, type Recipe, selectRecipe } from '@darkroom/pipeline';
import pLimit from 'p-limit';
import type { BucketReader } from './listing.ts';
import { type Clock, MESSAGES_A_REQUEST } from './send.ts';
import { OperationError } from './operation-error.ts';

/** A dead letter that says nothing of its reason, and whose key has no manifest that does. */
export const UNEXPLAINED = 'UNEXPLAINED';

/** A message of the dead-letter queue, as far as it is read. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Decoded, as the body names them; none where it cannot be read. */
  readonly keys: readonly string[];
  /** A code of the contract, or `UNEXPLAINED`. */
  readonly errorCode: string;
  /** Milliseconds since 1970; of a message that SQS moved, when it was sent to the queue that it came from. */
  readonly sentAt: number;
}

/** Message attributes and system attributes that `readDeadLetter` needs. */
export const WANTED_ATTRIBUTES = {
  MessageAttributeNames: ['errorCode'],
  MessageSystemAttributeNames: ['SentTimestamp'],
} as const;

/**
 * @param explain finds the reason of a message that SQS moved by itself, after a crash: such a one has no attributes
 */
export async function readDeadLetter(
  message: Message,
  explain: (keys: readonly string[]) => Promise<string | undefined>,
): Promise<DeadLetter> {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes, MessageAttributes } = message;
  const keys = keysOf(Body);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    keys,
    errorCode:
      MessageAttributes?.['errorCode']?.StringValue ?? (await explain(keys)) ?? UNEXPLAINED,
    sentAt: Number(Attributes?.SentTimestamp ?? 0),
  };
}

function keysOf(body: string): string[] {
  try {
    const message = parseMessage(body);
    return message.kind === 'changes' ? message.changes.map(({ key }) => key) : [];
  } catch (error) {
    if (error instanceof InvalidMessageError) return [];
    throw error;
  }
}

/** A hostile message may name thousands of keys; its reason is one of theirs, and the first will do. */
const MAX_KEYS = 10;

/**
 * The reason of a message that carries none: before the last attempt at a key, the function commits a `GAVE_UP` manifest,
 * so that a crash which left nothing else has left that.
 *
 * @returns the code of the first rejection among the keys' manifests, nothing where there is none
 */
export function createExplainer(
  outputs: BucketReader,
  recipes: readonly Recipe[],
): (keys: readonly string[]) => Promise<string | undefined> {
  return async (keys) => {
    for (const key of keys.slice(0, MAX_KEYS)) {
      const recipe = selectRecipe(recipes, key);
      const bytes = recipe && (await outputs.read(outputKeys(key, recipe).manifest));
      const manifest = bytes && parseManifest(bytes);
      if (manifest?.status === 'rejected') return manifest.error.code;
    }
    return undefined;
  };
}

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

/**
 * An answer without waiting may be empty although there are messages: only a long poll asks all of SQS's servers (SQS
 * developer guide, "Short and long polling").
 */
const WAIT_SECONDS = 1;
const DELETE_ATTEMPTS = 3;
const BACKOFF_MS = 200;

/** @returns none at the end of the queue */
export async function receive(sqs: SQSClient, queueUrl: string): Promise<readonly Message[]> {
  const { MessageAttributeNames, MessageSystemAttributeNames } = WANTED_ATTRIBUTES;
  // Never aborted: what an answer that nobody reads has received would be invisible to all.
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: MESSAGES_A_REQUEST,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: VISIBILITY_SECONDS,
      MessageAttributeNames: [...MessageAttributeNames],
      MessageSystemAttributeNames: [...MessageSystemAttributeNames],
    }),
  );
  return Messages;
}

/** Messages that can be received; SQS calls the figure approximate. */
export async function countMessages(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes['ApproximateNumberOfMessages'] ?? 0);
}

/**
 * @param handles up to ten receipt handles
 * @throws OperationError `DELETE_FAILED`
 */
export async function deleteMessages(
  sqs: SQSClient,
  queueUrl: string,
  handles: readonly string[],
  clock: Clock,
): Promise<void> {
  let left = handles;
  let reason = '';
  for (let attempt = 1; left.length > 0 && attempt <= DELETE_ATTEMPTS; attempt++) {
    if (attempt > 1) await clock.sleep(BACKOFF_MS * 2 ** (attempt - 2));
    const { Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: left.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    const failed = new Set(Failed.map(({ Id }) => Number(Id)));
    reason = Failed.map(({ Code }) => Code).join(', ');
    left = left.filter((_, index) => failed.has(index));
  }
  if (left.length > 0)
    throw new OperationError(
      'DELETE_FAILED',
      `${left.length} messages are back in the queue, and still dead letters: ${reason}`,
    );
}
