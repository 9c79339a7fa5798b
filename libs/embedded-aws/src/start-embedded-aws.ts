import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { openDataDirectory } from './data-directory.ts';
import type { Emulator, EventEntry } from './emulator.ts';
import { buildApp, S3Store, SnsStore, SqsStore, type Persistence } from './fauxqs.ts';
import { REPAIRS } from './repairs.ts';
import { s3RequestOf } from './s3/requests.ts';
import { BucketConfigurations } from './s3/configuration-store.ts';
import { ObjectVersions } from './s3/object-versions.ts';
import { moveQueueUrls } from './sqs/queues.ts';

export interface EmbeddedAwsOptions {
  /** `0` takes a free port. */
  readonly port: number;
  /** The only address that the server listens on. */
  readonly host?: '127.0.0.1';
  /** Directory of objects and messages. Default: memory only. */
  readonly dataDir?: string;
  /** Largest body of one request, in bytes, held in memory. Default: 512 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * Origins of pages that may do everything, such as `http://127.0.0.1:4400`. For other pages the CORS configuration of
   * the bucket decides, as in S3. Default: none.
   */
  readonly trustedOrigins?: readonly string[];
  /**
   * Called after each request that may have written or deleted objects.
   *
   * @param key undefined if the request names several objects, or none
   */
  readonly onObjectChange?: (bucket: string, key: string | undefined) => void;
  /** Returns the value of a parameter of Systems Manager; undefined if it does not exist. Default: there are none. */
  readonly parameter?: (name: string) => string | undefined;
  /** Receives each event that is sent to EventBridge. */
  readonly onEvent?: (entry: EventEntry) => void;
}

export interface EmbeddedAws {
  /** `http://127.0.0.1:PORT`, for S3 (path-style) and SQS alike. */
  readonly endpoint: string;
  readonly port: number;
  /**
   * Returns when the oldest message that a receive request can return was sent, milliseconds since 1970, as
   * CloudWatch's metric `ApproximateAgeOfOldestMessage` does.
   */
  oldestMessage(queueUrl: string): number | undefined;
  /** Ends open connections and closes the database. Can be called repeatedly. */
  stop(): Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 512 * 1024 * 1024;

/**
 * Starts S3 and SQS on one port of this machine. With a data directory, everything that is
 * acknowledged is on disk.
 *
 * @throws Error with `code` `EADDRINUSE` if the port is in use
 * @throws DataDirectoryInUseError
 */
export async function startEmbeddedAws({
  port,
  host = '127.0.0.1',
  dataDir,
  maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
  trustedOrigins = [],
  onObjectChange = () => undefined,
  parameter = () => undefined,
  onEvent = () => undefined,
}: EmbeddedAwsOptions): Promise<EmbeddedAws> {
  await requireFree(port, host);
  const persistence = dataDir === undefined ? undefined : openDataDirectory(dataDir);
  const s3 = new S3Store();
  const sqs = new SqsStore();
  const sns = new SnsStore();
  const app = buildApp({ logger: false, stores: { s3Store: s3, sqsStore: sqs, snsStore: sns } });
  const emulator: Emulator = {
    app,
    s3,
    sqs,
    configurations: new BucketConfigurations(persistence?.db),
    versions: new ObjectVersions(s3, persistence),
    maxBodyBytes,
    parameter,
    onEvent,
    isTrustedOrigin: (origin) => trustedOrigins.includes(origin),
    atomically: (work) => atomically(persistence, work),
  };
  for (const repair of REPAIRS) repair(emulator);
  app.addHook('onResponse', (request, reply, done) => {
    const isWrite = ['PUT', 'POST', 'DELETE'].includes(request.method) && reply.statusCode < 400;
    const s3Request = isWrite ? s3RequestOf(request) : undefined;
    if (s3Request) onObjectChange(s3Request.bucket, s3Request.key || undefined);
    done();
  });
  if (persistence !== undefined) {
    // Before the stores write through: loading into them would write every row again, and
    // replacing a queue's row deletes its messages.
    persistence.load(sqs, sns, s3);
    sqs.persistence = sns.persistence = s3.persistence = persistence;
    for (const queue of sqs.allQueues()) queue.persistence = persistence;
  }

  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= app.close().then(() => {
      persistence?.close();
    }));

  try {
    await app.listen({ port, host });
  } catch (error) {
    await stop();
    throw error;
  }
  const { port: boundPort } = app.server.address() as AddressInfo;
  const endpoint = `http://${host}:${boundPort}`;
  moveQueueUrls(sqs, endpoint);
  return {
    endpoint,
    port: boundPort,
    oldestMessage: (queueUrl) => oldestMessage(sqs, queueUrl),
    stop,
  };
}

function oldestMessage(sqs: SqsStore, queueUrl: string): number | undefined {
  const queue = sqs.queues.get(queueUrl);
  if (!queue) return undefined;
  const inFlight = [...queue.inflightMessages.values()].map(({ message }) => message);
  const times = [...queue.messages, ...inFlight].map(({ sentTimestamp }) => sentTimestamp);
  return times.length === 0 ? undefined : Math.min(...times);
}

function atomically<Result>(persistence: Persistence | undefined, work: () => Result): Result {
  if (persistence === undefined) return work();
  const results: Result[] = [];
  persistence.transaction(() => results.push(work()));
  return results[0] as Result;
}

/** Runs before the data directory is opened: a second start reports the port first. */
async function requireFree(port: number, host: string): Promise<void> {
  const probe = createServer().listen(port, host);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}
