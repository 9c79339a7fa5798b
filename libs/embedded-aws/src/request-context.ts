import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Emulator } from './emulator.ts';

export interface RequestContext {
  readonly id: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** The HTTP request on whose behalf a store is being called; none at start-up. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}

/**
 * Upstream: its stores do not see the request that calls them, but conditions, event names and
 * hung-up clients are known only there.
 */
export function requestContext({ app }: Emulator): void {
  app.addHook('onRequest', (request, reply, done) => {
    const id = randomBytes(8).toString('hex').toUpperCase();
    reply.header('x-amz-request-id', id);
    contexts.run({ id, request, reply }, done);
  });
}
