import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { manifestSchema, type Manifest } from '@darkroom/pipeline';
import { expect, vi } from 'vitest';
import type { StackInfo } from '@darkroom/console-api';
import { outputFolder } from './contract.ts';

/** For `vi.waitFor`, milliseconds. It only ends a test that hangs: machines may be ten times slower. */
export const PATIENCE = { timeout: 300_000, interval: 50 };

export interface StoredObject {
  readonly body: Buffer;
  readonly head: GetObjectCommandOutput;
}

/** An object of a listing. */
export interface ListedObject {
  readonly eTag: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** A client of a running pipeline: S3, SQS and `/api/stack`. ETags have no quotes. */
export class Client {
  readonly stack: StackInfo;
  readonly s3: S3Client;
  readonly sqs: SQSClient;

  private constructor(stack: StackInfo) {
    this.stack = stack;
    const { endpoint, region } = stack;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    this.sqs = new SQSClient({ endpoint, region, credentials });
  }

  /** @param url of the console */
  static async connect(url: string): Promise<Client> {
    const response = await fetch(`${url}/api/stack`);
    expect(response.status).toBe(200);
    return new Client((await response.json()) as StackInfo);
  }

  close(): void {
    this.s3.destroy();
    this.sqs.destroy();
  }

  /** @returns the ETag */
  async upload(key: string, body: Uint8Array | string): Promise<string> {
    const { ETag } = await this.s3.send(
      new PutObjectCommand({ Bucket: this.stack.sourceBucket, Key: key, Body: Buffer.from(body) }),
    );
    return bare(ETag);
  }

  async remove(key: string, bucket = this.stack.sourceBucket): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  /** Sends a message to the queue directly: a duplicate, a repair, or an invalid message. */
  async send(body: string): Promise<void> {
    await this.sqs.send(
      new SendMessageCommand({ QueueUrl: this.stack.queueUrl, MessageBody: body }),
    );
  }

  /** @returns undefined if the object does not exist */
  async read(key: string, bucket = this.stack.processedBucket): Promise<StoredObject | undefined> {
    try {
      const head = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { body: Buffer.from((await head.Body?.transformToByteArray()) ?? []), head };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async list(bucket: string, prefix = ''): Promise<Map<string, ListedObject>> {
    const listed = new Map<string, ListedObject>();
    const pages = paginateListObjectsV2(
      { client: this.s3 },
      { Bucket: bucket, Prefix: prefix, EncodingType: 'url' },
    );
    for await (const { Contents = [] } of pages)
      for (const { Key = '', ETag, Size = 0, LastModified } of Contents)
        listed.set(decodeURIComponent(Key.replaceAll('+', ' ')), {
          eTag: bare(ETag),
          bytes: Size,
          modified: LastModified?.getTime() ?? 0,
        });
    return listed;
  }

  /** All objects in the output folder of an upload. */
  outputsOf(key: string): Promise<Map<string, ListedObject>> {
    return this.list(this.stack.processedBucket, outputFolder(key, this.stack.recipes));
  }

  async manifestOf(key: string): Promise<Manifest | undefined> {
    const found = await this.read(`${outputFolder(key, this.stack.recipes)}manifest.json`);
    return found && manifestSchema.parse(JSON.parse(found.body.toString()));
  }

  /** Waits for the manifest of the upload with this key and ETag. */
  outcomeOf(key: string, eTag: string): Promise<Manifest> {
    return vi.waitFor(async () => {
      const manifest = await this.manifestOf(key);
      if (manifest?.source.eTag !== eTag)
        throw new Error(`No manifest of "${key}" ${eTag}, but ${manifest?.source.eTag}`);
      return manifest;
    }, PATIENCE);
  }

  /** Uploads, and waits for the manifest. */
  async uploadAndWait(key: string, body: Uint8Array | string): Promise<Manifest> {
    return this.outcomeOf(key, await this.upload(key, body));
  }

  /** Waits until the queue has no messages: none visible, in flight or delayed. A write has sent its notification. */
  async untilIdle(): Promise<void> {
    const names = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    await vi.waitFor(async () => {
      const { Attributes = {} } = await this.sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: this.stack.queueUrl,
          AttributeNames: [...names],
        }),
      );
      expect(names.map((name) => Attributes[name])).toEqual(['0', '0', '0']);
    }, PATIENCE);
  }
}

export function bare(eTag = ''): string {
  return eTag.replaceAll('"', '');
}
