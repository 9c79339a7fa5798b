import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
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
import type { StackInfo } from '@darkroom/console-api';
import { notification } from '../testing/notification.ts';
import type { SampleUpload } from './sample-uploads.ts';

/** Milliseconds between attempts. */
const PAUSE_MS = 200;
/** Milliseconds; longer than a restart of the stack takes on a slow machine. */
const RETRY_MS = 180_000;

export interface StoredObject {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Operation =
  | { readonly kind: 'upload'; readonly key: string; readonly sample: SampleUpload }
  | { readonly kind: 'delete'; readonly key: string }
  /** A duplicate or late message about a key. It changes nothing. */
  | { readonly kind: 'message'; readonly key: string; readonly eventName: string }
  /** A message that the function cannot parse. */
  | { readonly kind: 'invalid message'; readonly key: string; readonly body: string };

/**
 * A client of the pipeline behind the fault proxy. It repeats each request until the request succeeds, as an application
 * has to.
 */
export class Application {
  readonly #s3: S3Client;
  readonly #sqs: SQSClient;
  readonly #info: StackInfo;

  /** @param info of the stack, whose names of buckets and queues stay the same when it restarts on another port */
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

  /** Resolves when S3 or SQS has confirmed the operation. */
  async perform(operation: Operation): Promise<void> {
    const { sourceBucket: Bucket } = this.#info;
    const { key: Key } = operation;
    switch (operation.kind) {
      case 'upload': {
        const { body: Body } = operation.sample;
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
      case 'invalid message':
        return this.send(operation.body);
    }
  }

  /** Sends a message to the queue directly. */
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

  /** Key → id of the newest version, unless it is a delete marker. */
  newestVersions(bucket: string): Promise<Map<string, string>> {
    return retry(async () => {
      const newest = new Map<string, string>();
      const decoded = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));
      for (let KeyMarker: string | undefined, isLast = false; !isLast;) {
        const page = { Bucket: bucket, EncodingType: 'url', KeyMarker } as const;
        const { Versions = [], ...listed } = await this.#s3.send(
          new ListObjectVersionsCommand(page),
        );
        for (const { Key = '', VersionId = '', IsLatest } of Versions)
          if (IsLatest) newest.set(decoded(Key), VersionId);
        KeyMarker = decoded(listed.NextKeyMarker ?? '');
        isLast = !listed.IsTruncated;
      }
      return newest;
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

  /** Number of visible messages, and of messages that are in flight or delayed. */
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

  /** @param seconds until the message of a killed worker is visible again */
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

  /** Waits until the queue has no messages: none visible, in flight or delayed. */
  async untilIdle(): Promise<void> {
    for (;;) {
      const { waiting, others } = await this.messages();
      if (waiting + others === 0) return;
      await delay(PAUSE_MS);
    }
  }

  /** Receives and deletes all dead letters. Call it without faults: it does not repeat its requests. */
  async takeDeadLetters(): Promise<Message[]> {
    const QueueUrl = this.#info.deadLetterQueueUrl;
    const deadLetters: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return deadLetters;
      deadLetters.push(...Messages);
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
      if (performance.now() - begun > RETRY_MS) throw error;
      await delay(PAUSE_MS);
    }
  }
}
