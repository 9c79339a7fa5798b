import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';

import { startEmbeddedAws, type EmbeddedAws, type EmbeddedAwsOptions } from '../index.ts';

export const STORAGES = ['memory', 'SQLite'] as const;

const account = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
};

export function s3Client(endpoint: string): S3Client {
  return new S3Client({ ...account, endpoint, forcePathStyle: true });
}

export function sqsClient(endpoint: string, region = account.region): SQSClient {
  return new SQSClient({ ...account, endpoint, region });
}

/** A running embedded AWS with real clients; every bucket and queue of it is a new one. */
export class RunningAws {
  #aws: EmbeddedAws;
  #clients: { s3: S3Client; sqs: SQSClient };
  #names = 0;
  readonly #options: Partial<EmbeddedAwsOptions>;

  private constructor(aws: EmbeddedAws, options: Partial<EmbeddedAwsOptions>) {
    this.#aws = aws;
    this.#options = options;
    this.#clients = { s3: s3Client(aws.endpoint), sqs: sqsClient(aws.endpoint) };
  }

  static async start(
    storage: (typeof STORAGES)[number] = 'memory',
    options: Partial<EmbeddedAwsOptions> = {},
  ): Promise<RunningAws> {
    const dataDir =
      storage === 'memory' ? {} : { dataDir: await mkdtemp(path.join(tmpdir(), 'embedded-aws-')) };
    const all = { ...options, ...dataDir };
    return new RunningAws(await startEmbeddedAws({ port: 0, ...all }), all);
  }

  get endpoint(): string {
    return this.#aws.endpoint;
  }
  get port(): number {
    return this.#aws.port;
  }
  get s3(): S3Client {
    return this.#clients.s3;
  }
  get sqs(): SQSClient {
    return this.#clients.sqs;
  }

  /** On another port, as a second `npm start` may be. */
  async restart(): Promise<void> {
    await this.#aws.stop();
    this.#aws = await startEmbeddedAws({ port: 0, ...this.#options });
    this.#clients = { s3: s3Client(this.endpoint), sqs: sqsClient(this.endpoint) };
  }

  async stop(): Promise<void> {
    await this.#aws.stop();
    if (this.#options.dataDir !== undefined) await rm(this.#options.dataDir, { recursive: true });
  }

  async bucket(): Promise<string> {
    const Bucket = `bucket-${(this.#names += 1)}`;
    await this.s3.send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  }

  async queue(
    Attributes: Record<string, string> = {},
    suffix = '',
  ): Promise<{ url: string; arn: string }> {
    const QueueName = `queue-${(this.#names += 1)}${suffix}`;
    const { QueueUrl = '' } = await this.sqs.send(
      new CreateQueueCommand({ QueueName, Attributes }),
    );
    const { QueueArn = '' } = await this.attributes(QueueUrl);
    return { url: QueueUrl, arn: QueueArn };
  }

  async attributes(QueueUrl: string): Promise<Record<string, string>> {
    const { Attributes = {} } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return Attributes;
  }

  /** Receives and deletes all there is now, as parsed JSON. */
  async drain<Body>(QueueUrl: string): Promise<Body[]> {
    const bodies: Body[] = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return bodies;
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(JSON.parse(Body) as Body);
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }
}

/** Expects AWS's error code and HTTP status. */
export async function refused(
  request: Promise<unknown>,
  name: string,
  httpStatusCode: number,
): Promise<void> {
  await expect(request).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
}

/** Waits for a condition, however slow the machine. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
