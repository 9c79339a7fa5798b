import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import type { StackInfo } from '@darkroom/local/api';
import { notification } from '../testing/notification.ts';
import type { Operation } from '../chaos/operations.ts';

/** Milliseconds between attempts. */
const PAUSE_MS = 200;
/** Longer than a restart of the stack takes on a slow machine, milliseconds. */
const PATIENCE_MS = 180_000;

export interface StoredObject {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A client of the pipeline, behind the same proxy: it sends everything again until it is answered, as an application
 * has to.
 */
export class Application {
  readonly #s3: S3Client;
  readonly #sqs: SQSClient;
  readonly #info: StackInfo;

  /** @param info whose bucket names and queue names stay, whatever port the stack comes back on */
  constructor(endpoint: string, info: StackInfo) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const options = { endpoint, region: info.region, credentials, maxAttempts: 1 };
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
    this.#sqs = new SQSClient(options);
    this.#info = info;
  }

  close(): void {
    this.#s3.destroy();
    this.#sqs.destroy();
  }

  /** Resolves when it is done for certain. */
  async perform(operation: Operation): Promise<void> {
    const { sourceBucket: Bucket } = this.#info;
    const { key: Key } = operation;
    switch (operation.kind) {
      case 'upload': {
        const { body: Body } = operation.blob;
        await retry(() => this.#s3.send(new PutObjectCommand({ Bucket, Key, Body })));
        return;
      }
      case 'delete':
        await retry(() => this.#s3.send(new DeleteObjectCommand({ Bucket, Key })));
        return;
      case 'message':
        return this.send(
          notification({ bucket: Bucket, key: Key, eventName: operation.eventName, eTag: 'old' }),
        );
      case 'rubbish':
        return this.send(operation.body);
    }
  }

  /** Sends a message past the bucket. */
  async send(body: string): Promise<void> {
    const { queueUrl: QueueUrl } = this.#info;
    await retry(() => this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body })));
  }

  /** Key → ETag without quotes. */
  list(bucket: string): Promise<Map<string, string>> {
    return retry(async () => {
      const listed = new Map<string, string>();
      const pages = paginateListObjectsV2(
        { client: this.#s3 },
        { Bucket: bucket, EncodingType: 'url' },
      );
      for await (const { Contents = [] } of pages)
        for (const { Key = '', ETag = '' } of Contents)
          listed.set(decodeURIComponent(Key.replaceAll('+', ' ')), ETag.replaceAll('"', ''));
      return listed;
    });
  }

  read(bucket: string, key: string): Promise<StoredObject> {
    return retry(async () => {
      const { Body, ContentType, CacheControl, Metadata } = await this.#s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: key }),
      );
      return {
        body: Buffer.from((await Body?.transformToByteArray()) ?? []),
        contentType: ContentType,
        cacheControl: CacheControl,
        metadata: Metadata ?? {},
      };
    });
  }

  /** Messages that wait, and messages that somebody works on or that wait for their time. */
  messages(): Promise<{ readonly waiting: number; readonly others: number }> {
    return retry(async () => {
      const { Attributes = {} } = await this.#sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: this.#info.queueUrl, AttributeNames: ['All'] }),
      );
      const count = (name: '' | 'NotVisible' | 'Delayed') =>
        Number(Attributes[`ApproximateNumberOfMessages${name}`]);
      return { waiting: count(''), others: count('NotVisible') + count('Delayed') };
    });
  }

  /** @param seconds that a message is away when its worker dies */
  async setVisibilityTimeout(seconds: number): Promise<void> {
    await retry(() =>
      this.#sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl: this.#info.queueUrl,
          Attributes: { VisibilityTimeout: String(seconds) },
        }),
      ),
    );
  }

  /** Waits until the queue is empty, and nobody works on what was in it. */
  async quiet(): Promise<void> {
    for (;;) {
      const { waiting, others } = await this.messages();
      if (waiting + others === 0) return;
      await delay(PAUSE_MS);
    }
  }

  /** Takes everything out of the dead-letter queue. To be asked without faults: what is lost here is lost. */
  async takeDeadLetters(): Promise<Message[]> {
    const QueueUrl = this.#info.deadLetterQueueUrl;
    const letters: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return letters;
      letters.push(...Messages);
      for (const { ReceiptHandle } of Messages)
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() - begun > PATIENCE_MS) throw error;
      await delay(PAUSE_MS);
    }
  }
}
