import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { S3Store, SqsStore } from './fauxqs.ts';
import type { BucketConfigurations } from './s3/configuration-store.ts';
import type { ObjectVersions } from './s3/object-versions.ts';

/** An entry of EventBridge's `PutEvents`. */
export interface EventEntry {
  readonly Source?: string;
  readonly DetailType?: string;
  /** JSON. */
  readonly Detail?: string;
  readonly Resources?: readonly string[];
}

/** What a repair works on: fauxqs before it listens and before saved data is loaded. */
export interface Emulator {
  readonly app: FastifyInstance;
  readonly s3: S3Store;
  readonly sqs: SqsStore;
  readonly configurations: BucketConfigurations;
  readonly versions: ObjectVersions;
  /** Largest body of one request, in bytes. */
  readonly maxBodyBytes: number;
  /** Whether pages of this origin may do everything, whatever the CORS configurations are. */
  readonly isTrustedOrigin: (origin: string) => boolean;
  /** Value of a parameter of Systems Manager. */
  readonly parameter: (name: string) => string | undefined;
  /** Receives the entries of `PutEvents`. */
  readonly onEvent: (entry: EventEntry) => void;
  /** Runs `work` as one commit of the database; may be nested. In memory it only runs it. */
  readonly atomically: <Result>(work: () => Result) => Result;
}

/** Repairs one difference between fauxqs and AWS from outside. Each can be deleted alone. */
export type Repair = (emulator: Emulator) => void;

export interface RequestContext {
  readonly id: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** The HTTP request that calls a store; `undefined` at start-up. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}

/** Headers of that request; empty at start-up. */
export function requestHeaders(): IncomingHttpHeaders {
  return currentRequest()?.request.headers ?? {};
}

/**
 * Upstream: stores do not see the request that calls them. Repairs of stores need its headers, its
 * id and its connection.
 */
export function requestContext({ app }: Emulator): void {
  app.addHook('onRequest', (request, reply, done) => {
    const id = randomBytes(8).toString('hex').toUpperCase();
    reply.header('x-amz-request-id', id);
    contexts.run({ id, request, reply }, done);
  });
}
