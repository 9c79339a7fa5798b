import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { BatchResultErrorEntry, Message } from '@aws-sdk/client-sqs';
import type { FunctionHost } from './environment-variables.ts';

/** Most messages that one SQS request takes or gives (AWS page "Amazon SQS message quotas"). */
export const MAX_MESSAGES_PER_REQUEST = 10;

/** Longest that a receive may wait for a message, seconds (same page). */
export const MAX_WAIT_SECONDS = 20;

/** A receive that has no answer this long after its wait is over never gets one, milliseconds. */
const REQUEST_TIMEOUT_MS = (MAX_WAIT_SECONDS + 40) * 1000;

/** What an event source mapping does to its queue. Errors are the SDK's. */
export class Queue {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(url: string, { endpoint, region, credentials }: FunctionHost) {
    this.#url = url;
    this.#client = new SQSClient({
      endpoint,
      region,
      credentials,
      requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
    });
  }

  /** At most `max` (1 to 10) messages; waits up to `waitSeconds` (0 to 20) for the first. */
  async receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#url,
      MaxNumberOfMessages: max,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#client.send(command, { abortSignal: signal });
    return Messages;
  }

  /** The messages are done. Answers what could not be deleted. */
  delete(messages: readonly Message[]): Promise<BatchResultErrorEntry[]> {
    return this.#inGroups(messages, (Entries) =>
      this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries })),
    );
  }

  /** The messages were not begun, or whoever had begun is dead: they are visible at once. */
  release(messages: readonly Message[]): Promise<BatchResultErrorEntry[]> {
    return this.#inGroups(messages, (entries) => {
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      return this.#client.send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#url, Entries }),
      );
    });
  }

  close(): void {
    this.#client.destroy();
  }

  async #inGroups(
    messages: readonly Message[],
    send: (
      entries: { Id: string; ReceiptHandle: string | undefined }[],
    ) => Promise<{ Failed?: BatchResultErrorEntry[] | undefined }>,
  ): Promise<BatchResultErrorEntry[]> {
    const failed: BatchResultErrorEntry[] = [];
    for (let start = 0; start < messages.length; start += MAX_MESSAGES_PER_REQUEST) {
      const group = messages.slice(start, start + MAX_MESSAGES_PER_REQUEST);
      const { Failed = [] } = await send(
        group.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      );
      failed.push(...Failed);
    }
    return failed;
  }
}
