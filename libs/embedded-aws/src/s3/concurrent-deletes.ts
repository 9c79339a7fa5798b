import type { FastifyRequest } from 'fastify';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs-internals.ts';
import { currentRequest } from '../request-context.ts';
import { s3RequestOf } from './s3-request.ts';

/**
 * Upstream: a delete during a conditional upload goes unnoticed. S3 answers the upload with 409
 * ConditionalRequestConflict (PutObject, "If-None-Match"), and the client is to start over.
 */
export function concurrentDeletes({ app, s3 }: Emulator): void {
  const uploads = new Map<string, Set<FastifyRequest>>();
  const conflicting = new WeakSet<FastifyRequest>();

  app.addHook('onRequest', (request, reply, done) => {
    const target = conditionalUpload(request);
    if (target === undefined) return done();
    const running = uploads.get(target) ?? new Set();
    uploads.set(target, running.add(request));
    reply.raw.once('close', () => {
      running.delete(request);
      if (running.size === 0) uploads.delete(target);
    });
    done();
  });

  const deleteObject = s3.deleteObject.bind(s3);
  s3.deleteObject = (bucket, key) => {
    const existed = s3.buckets.get(bucket)?.has(key) ?? false;
    deleteObject(bucket, key);
    if (!existed) return;
    for (const request of uploads.get(`${bucket}/${key}`) ?? []) conflicting.add(request);
  };

  const putObject = s3.putObject.bind(s3);
  s3.putObject = (...args) => {
    refuseConflict();
    return putObject(...args);
  };

  const complete = s3.completeMultipartUpload.bind(s3);
  s3.completeMultipartUpload = (uploadId, parts) => {
    refuseConflict();
    return complete(uploadId, parts);
  };

  function refuseConflict(): void {
    const request = currentRequest()?.request;
    if (request !== undefined && conflicting.has(request)) throw conflict();
  }
}

function conditionalUpload(request: FastifyRequest): string | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  if (request.method !== 'PUT' && request.method !== 'POST') return undefined;
  const s3 = s3RequestOf(request);
  return s3 && `${s3.bucket}/${s3.key}`;
}

function conflict(): Error {
  return new S3Error(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    409,
  );
}
