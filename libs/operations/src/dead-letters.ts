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

/** Error code of a dead-letter message if neither its attributes nor its key's manifest contain a reason. */
export const UNEXPLAINED = 'UNEXPLAINED';

/** A parsed message of the dead-letter queue. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Decoded keys of the body; empty if the body is not valid. */
  readonly keys: readonly string[];
  /** A code of the contract, or `UNEXPLAINED`. */
  readonly errorCode: string;
  /** Milliseconds since 1970. For a message that SQS moved: when it was sent to its original queue. */
  readonly sentAt: number;
}

/** Message attributes and system attributes that `readDeadLetter` needs. */
export const WANTED_ATTRIBUTES = {
  MessageAttributeNames: ['errorCode'],
  MessageSystemAttributeNames: ['SentTimestamp'],
} as const;

/**
 * @param explain finds the reason of a message that SQS moved after a crash, because it has no attributes
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

/** Limits the reads for a hostile message that names thousands of keys. */
export const MAX_KEYS = 10;

/**
 * Finds the reason of a message without attributes. Before the last attempt at a key, the function commits a `GAVE_UP`
 * manifest, which remains after a crash.
 *
 * @returns the code of the first rejection among the keys' manifests, or undefined
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

/** Visibility timeout of received messages, seconds. After a kill, all messages are visible again by then. */
export const VISIBILITY_SECONDS = 600;
/** SQS allows about 120,000 messages in flight (SQS developer guide, "Message quotas"). The rest is for other consumers. */
export const MAX_HELD = 100_000;

const REQUESTS_AT_ONCE = 8;

/**
 * Received dead-letter messages. SQS cannot list messages, only receive them. Each stays invisible until the run ends,
 * because the run would otherwise receive it again. Then `release` makes all of them visible.
 */
export class HeldMessages {
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #clock: Clock;
  /** Receipt handle → time at which the message becomes visible, milliseconds; soonest first. */
  readonly #held = new Map<string, number>();

  constructor(sqs: SQSClient, queueUrl: string, clock: Clock) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#clock = clock;
  }

  get size(): number {
    return this.#held.size;
  }

  /** @param receivedAfter a time before the receive request, milliseconds */
  add(receiptHandle: string, receivedAfter: number): void {
    this.#held.set(receiptHandle, receivedAfter + VISIBILITY_SECONDS * 1000);
  }

  /** Call it after the message was deleted. */
  forget(receiptHandle: string): void {
    this.#held.delete(receiptHandle);
  }

  /** Extends the visibility timeout of messages that have used half of it. */
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

  /** @returns the number of messages that stay invisible until their timeout ends */
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

  /** Ignores failures: at worst the run receives a message twice, or a message becomes visible later. */
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
 * A short poll may return nothing although the queue has messages. Only a long poll queries all servers of SQS (SQS
 * developer guide, "Short and long polling").
 */
const WAIT_SECONDS = 1;
const DELETE_ATTEMPTS = 3;
const BACKOFF_MS = 200;

/** @returns an empty array at the end of the queue */
export async function receive(sqs: SQSClient, queueUrl: string): Promise<readonly Message[]> {
  const { MessageAttributeNames, MessageSystemAttributeNames } = WANTED_ATTRIBUTES;
  // Never aborted: the messages of an ignored response would stay invisible.
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

/** @returns the approximate number of visible messages */
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
      `${left.length} messages are in both the queue and the dead-letter queue, because SQS did not delete them: ${reason}`,
    );
}
