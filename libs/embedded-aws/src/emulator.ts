import type { FastifyInstance } from 'fastify';

import type { S3Store, SqsStore } from './fauxqs-internals.ts';
import type { BucketConfigurations } from './s3/bucket-configurations.ts';

/** What a repair may take hold of: fauxqs before it listens and before saved data is loaded. */
export interface Emulator {
  readonly app: FastifyInstance;
  readonly s3: S3Store;
  readonly sqs: SqsStore;
  readonly configurations: BucketConfigurations;
  /** Largest body of one request, in bytes. */
  readonly maxBodyBytes: number;
  /** Runs `work` as one commit of the database; may be nested. In memory it only runs it. */
  readonly atomically: <Result>(work: () => Result) => Result;
}

/** One difference between fauxqs and AWS, repaired from outside; each can be deleted alone. */
export type Repair = (emulator: Emulator) => void;
