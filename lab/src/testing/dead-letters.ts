import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { PATIENCE, type Client } from './client.ts';

export interface DeadLetter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** Reads the dead-letter queue as an operator does, and keeps the messages that it has read. */
export class DeadLetters {
  readonly #client: Client;
  readonly #deadLetters: DeadLetter[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  /** Waits for a dead letter that matches. */
  find(isIt: (deadLetter: DeadLetter) => boolean): Promise<DeadLetter> {
    return vi.waitFor(async () => {
      const deadLetter = (await this.all()).find(isIt);
      if (!deadLetter) throw new Error(`Not among ${JSON.stringify(this.#deadLetters)}`);
      return deadLetter;
    }, PATIENCE);
  }

  /** All dead letters so far. */
  async all(): Promise<readonly DeadLetter[]> {
    const { sqs, stack } = this.#client;
    const QueueUrl = stack.deadLetterQueueUrl;
    while ((await this.#waiting()) > 0) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      );
      for (const message of Messages) {
        this.#deadLetters.push(deadLetterOf(message));
        const { ReceiptHandle } = message;
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    return this.#deadLetters;
  }

  async #waiting(): Promise<number> {
    const { Attributes } = await this.#client.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#client.stack.deadLetterQueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessages']);
  }
}

function deadLetterOf({ Body = '', MessageAttributes = {} }: Message): DeadLetter {
  const attributes = Object.entries(MessageAttributes).map(
    ([name, { StringValue }]) => [name, StringValue] as const,
  );
  return { body: Body, attributes: Object.fromEntries(attributes) };
}
