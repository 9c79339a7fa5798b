import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { BatchResultErrorEntry, Message } from '@aws-sdk/client-sqs';
import type { FunctionHost } from './environment-variables.ts';

/** Maximum number of messages in one SQS request or response (AWS page "Amazon SQS message quotas"). */
export const MAX_MESSAGES_PER_REQUEST = 10;

/** Maximum wait of a receive, seconds (same page). */
export const MAX_WAIT_SECONDS = 20;

/** Time until a receive without a response fails, milliseconds. */
const REQUEST_TIMEOUT_MS = (MAX_WAIT_SECONDS + 40) * 1000;

/** The SQS operations of an event source mapping. Throws the SDK's errors. */
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

  /** Receives at most `max` (1 to 10) messages; waits up to `waitSeconds` (0 to 20) for the first. */
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

  /** Deletes processed messages. Returns the failures. */
  delete(messages: readonly Message[]): Promise<BatchResultErrorEntry[]> {
    return this.#inGroups(messages, (Entries) =>
      this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries })),
    );
  }

  /** Makes messages that no function processes visible at once. Returns the failures. */
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
