/**
 * The internals of fauxqs 2.4.1 that the repairs use. The package exports only its entry point. A
 * file URL is not bound by "exports", and returns the module instances that fauxqs itself uses,
 * which `instanceof` and the repairs rely on. `fauxqs.test.ts` fails when an upgrade changes them.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FastifyInstance } from 'fastify';

export interface StoredObject {
  readonly key: string;
  readonly contentLength: number;
  /** With its quotes, as in the `ETag` header. */
  readonly etag: string;
  readonly lastModified: Date;
  readonly contentType: string;
  /** User metadata, by name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly cacheControl?: string;
  /** `CRC32`, `SHA1` or `SHA256`. */
  readonly checksumAlgorithm?: string;
  readonly checksumValue?: string;
  /** `COMPOSITE` or `FULL_OBJECT`. */
  readonly checksumType?: string;
  /** Empty if the database holds the bytes. */
  readonly body: Buffer;
}

export interface MultipartUpload {
  readonly bucket: string;
  readonly key: string;
  readonly parts: Map<
    number,
    { readonly body: Buffer; readonly etag: string; readonly lastModified: Date }
  >;
  metadata: Readonly<Record<string, string>>;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
}

export interface DeletedObject {
  /** Whether a version ceased to exist, or to be the current one. */
  readonly removed: boolean;
  /** The deleted version, or the new delete marker. */
  readonly versionId?: string;
  /** Whether `versionId` is a delete marker. */
  readonly deleteMarker?: boolean;
}

type Rest = readonly unknown[];

/** Functions that a repair replaces are properties, the others are methods. */
export interface S3Store {
  buckets: Map<string, Map<string, StoredObject>>;
  readonly multipartUploads: Map<string, MultipartUpload>;
  readonly multipartUploadsByBucket: Map<string, Set<string>>;
  persistence: Persistence | undefined;
  hasBucket(name: string): boolean;
  createBucket: (name: string, ...rest: Rest) => void;
  deleteBucket: (name: string) => void;
  putObject: (
    bucket: string,
    key: string,
    body: Buffer,
    contentType?: string,
    metadata?: Readonly<Record<string, string>>,
    ...rest: Rest
  ) => StoredObject;
  getObject: (bucket: string, key: string) => StoredObject;
  headObject: (bucket: string, key: string) => StoredObject;
  restoreObject: (bucket: string, object: StoredObject) => void;
  /** fauxqs itself knows no version ids, and returns nothing. */
  deleteObject: (bucket: string, key: string, versionId?: string) => DeletedObject;
  createMultipartUpload: (
    bucket: string,
    key: string,
    contentType?: string,
    metadata?: Readonly<Record<string, string>>,
    ...rest: Rest
  ) => string;
  uploadPart: (uploadId: string, partNumber: number, body: Buffer, ...rest: Rest) => unknown;
  completeMultipartUpload: (uploadId: string, parts: readonly UploadedPart[]) => StoredObject;
  abortMultipartUpload: (uploadId: string) => void;
}

export interface SqsMessage {
  readonly messageId: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly sentTimestamp: number;
}

export interface PollWaiter {
  readonly resolve: () => void;
  readonly timer: NodeJS.Timeout;
}

export interface SqsQueue {
  readonly name: string;
  url: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  messages: SqsMessage[];
  delayedMessages: SqsMessage[];
  readonly inflightMessages: ReadonlyMap<string, { readonly message: SqsMessage }>;
  readonly fifoMessages: ReadonlyMap<string, readonly SqsMessage[]>;
  readonly fifoLockedGroups: ReadonlyMap<string, number>;
  readonly pollWaiters: PollWaiter[];
  persistence: Persistence | undefined;
  isFifo(): boolean;
  enqueue(message: SqsMessage): void;
  processTimers(): void;
  stopPollTimerIfEmpty(): void;
  dequeue: (maxCount: number, ...rest: Rest) => unknown[];
  getAttribute: (name: string) => string | undefined;
  waitForMessages: (waitTimeSeconds: number) => Promise<void>;
  notifyWaiters: () => void;
  cancelWaiters: () => void;
}

export interface SqsStore {
  readonly queues: Map<string, SqsQueue>;
  host: string;
  persistence: Persistence | undefined;
  createQueue: (name: string, url: string, arn: string, ...rest: Rest) => SqsQueue;
  allQueues(): Iterable<SqsQueue>;
  getQueueByArn(arn: string): SqsQueue | undefined;
  getQueueByName(name: string): SqsQueue | undefined;
}

export interface SnsStore {
  persistence: Persistence | undefined;
}

/** One SQLite file in the data directory, written before a request is answered. */
export interface Persistence {
  readonly db: DatabaseSync;
  transaction: (work: () => void) => void;
  insertMessage: (queueName: string, message: SqsMessage) => void;
  updateMessageReady: (messageId: string) => void;
  upsertObject: (bucket: string, object: StoredObject) => void;
  deleteObject: (bucket: string, key: string) => void;
  readBody: (bucket: string, key: string) => Buffer;
  load(sqs: SqsStore, sns: SnsStore, s3: S3Store): void;
  close(): void;
}

export interface S3Failure extends Error {
  readonly code: string;
  readonly statusCode: number;
  toXml(): string;
}

interface Modules {
  'app.js': {
    buildApp: (options: {
      logger: false;
      stores: { sqsStore: SqsStore; snsStore: SnsStore; s3Store: S3Store };
    }) => FastifyInstance;
  };
  'common/errors.js': {
    S3Error: new (code: string, message: string, statusCode: number) => S3Failure;
    SqsError: new (code: string, message: string) => Error;
  };
  'persistence.js': { PersistenceManager: new (dataDir: string) => Persistence };
  's3/s3Store.js': { S3Store: new () => S3Store };
  'sns/snsStore.js': { SnsStore: new () => SnsStore };
  'sqs/sqsStore.js': {
    SqsStore: (new () => SqsStore) & {
      createMessage(body: string, attributes: object, delaySeconds: number | undefined): SqsMessage;
    };
  };
  'sqs/sqsTypes.js': { INVALID_MESSAGE_BODY_CHAR: RegExp };
}

const entry = import.meta.resolve('fauxqs');

async function load<Path extends keyof Modules>(path: Path): Promise<Modules[Path]> {
  return (await import(new URL(path, entry).href)) as Modules[Path];
}

export const { buildApp } = await load('app.js');
export const { S3Error, SqsError } = await load('common/errors.js');
export const { PersistenceManager } = await load('persistence.js');
export const { S3Store } = await load('s3/s3Store.js');
export const { SnsStore } = await load('sns/snsStore.js');
export const { SqsStore } = await load('sqs/sqsStore.js');
export const { INVALID_MESSAGE_BODY_CHAR } = await load('sqs/sqsTypes.js');
