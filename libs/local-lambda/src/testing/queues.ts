import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type {
  Message,
  QueueAttributeName,
  SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { hostAt } from './fixtures.ts';
import type { EventSourceMappingSpec } from '../types.ts';

export interface TestQueue {
  readonly url: string;
  readonly arn: string;
}

/** The SQS of the local stack, over HTTP, on a free port. */
export async function startQueues() {
  const aws = await startEmbeddedAws({ port: 0 });
  const host = hostAt(aws.endpoint);
  const client = new SQSClient({ ...host });

  async function attribute(url: string, name: QueueAttributeName) {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] }),
    );
    return Attributes?.[name] ?? '';
  }

  return {
    host,

    async createQueue(name: string, attributes: Record<string, string> = {}): Promise<TestQueue> {
      const { QueueUrl: url = '' } = await client.send(
        new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
      );
      return { url, arn: await attribute(url, 'QueueArn') };
    },

    /** One message for each body, which is sent as JSON. Answers the message ids. */
    async send(
      queue: TestQueue,
      bodies: readonly object[],
      more: Partial<SendMessageBatchRequestEntry> = {},
    ): Promise<string[]> {
      const Entries = bodies.map((body, index) => ({
        ...more,
        Id: String(index),
        MessageBody: JSON.stringify(body),
      }));
      const { Successful = [], Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }),
      );
      if (Failed.length > 0) throw new Error(Failed[0]?.Message);
      return Successful.map(({ MessageId = '' }) => MessageId);
    },

    /** Messages that a receive would get. */
    async visible({ url }: TestQueue): Promise<number> {
      return Number(await attribute(url, 'ApproximateNumberOfMessages'));
    },

    /** Number of messages that were received and not deleted. */
    async invisible({ url }: TestQueue): Promise<number> {
      return Number(await attribute(url, 'ApproximateNumberOfMessagesNotVisible'));
    },

    /** The visibility timeout of a received message is over, without the wait. */
    async expire({ url }: TestQueue, receiptHandle: string): Promise<void> {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: 0,
        }),
      );
    },

    async receive({ url }: TestQueue): Promise<Message[]> {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      return Messages;
    },

    async stop(): Promise<void> {
      client.destroy();
      await aws.stop();
    },
  };
}

export type Queues = Awaited<ReturnType<typeof startQueues>>;

export function mappingFor(
  queue: TestQueue,
  changes: Partial<EventSourceMappingSpec> = {},
): EventSourceMappingSpec {
  return {
    id: 'mapping',
    queueUrl: queue.url,
    queueArn: queue.arn,
    functionName: 'records',
    batchSize: 10,
    batchWindowSeconds: 0,
    reportBatchItemFailures: true,
    ...changes,
  };
}
