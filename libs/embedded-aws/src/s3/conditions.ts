import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

import { type Emulator, currentRequest, requestHeaders } from '../emulator.ts';
import { type StoredObject, S3Error } from '../fauxqs.ts';
import { noSuchKey, notImplemented, preconditionFailed } from './errors.ts';
import { header, s3RequestOf } from './requests.ts';

/**
 * Upstream: the conditions of PutObject, CopyObject, CompleteMultipartUpload and DeleteObject are
 * ignored. Here they are checked in the call that writes, so no other write can come in between.
 */
export function writeConditions({ s3, versions }: Emulator): void {
  const putObject = s3.putObject.bind(s3);
  s3.putObject = (...args) => {
    const [bucket, key] = args;
    checkWrite(requestHeaders(), versions.current(bucket, key));
    return putObject(...args);
  };

  const complete = s3.completeMultipartUpload.bind(s3);
  s3.completeMultipartUpload = (uploadId, parts) => {
    const upload = s3.multipartUploads.get(uploadId);
    checkWrite(requestHeaders(), upload && versions.current(upload.bucket, upload.key));
    return complete(uploadId, parts);
  };

  const deleteObject = s3.deleteObject.bind(s3);
  s3.deleteObject = (bucket, key, versionId) => {
    checkMatch(header(requestHeaders(), 'if-match'), versions.find(bucket, key, versionId));
    return deleteObject(bucket, key, versionId);
  };
}

function checkWrite(headers: IncomingHttpHeaders, current: StoredObject | undefined): void {
  const ifNoneMatch = header(headers, 'if-none-match');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw notImplemented('If-None-Match of an ETag on a write');
    if (current !== undefined) throw preconditionFailed();
  }
  checkMatch(header(headers, 'if-match'), current);
}

/** User guide, "Conditional requests": 404 if no object exists, 412 for another ETag. */
export function checkMatch(ifMatch: string | undefined, current: StoredObject | undefined): void {
  if (ifMatch === undefined) return;
  if (current === undefined) throw noSuchKey();
  if (!namesETag(ifMatch, current.etag)) throw preconditionFailed();
}

/**
 * Upstream: a delete during a conditional upload has no effect on it. S3 answers the upload with 409
 * ConditionalRequestConflict (PutObject, "If-None-Match"), and the client has to repeat it.
 */
export function concurrentDeletes({ app, s3, versions }: Emulator): void {
  /** The uploads that run now, and their buckets and keys. */
  const uploads = new Map<FastifyRequest, string>();
  const conflicting = new WeakSet<FastifyRequest>();

  app.addHook('onRequest', (request, reply, done) => {
    const target = conditionalTarget(request);
    if (target !== undefined) {
      uploads.set(request, target);
      reply.raw.once('close', () => uploads.delete(request));
    }
    done();
  });

  const deleteObject = s3.deleteObject.bind(s3);
  s3.deleteObject = (bucket, key, versionId) => {
    const before = versions.current(bucket, key);
    const deleted = deleteObject(bucket, key, versionId);
    if (before !== versions.current(bucket, key))
      for (const [request, target] of uploads)
        if (target === `${bucket}/${key}`) conflicting.add(request);
    return deleted;
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

function conditionalTarget(request: FastifyRequest): string | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
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

/** The status of a read: RFC 9110, 13.2.2. Dates in HTTP carry whole seconds. */
export function readStatus(
  headers: IncomingHttpHeaders,
  object: StoredObject,
  prefix = '',
): 200 | 304 | 412 {
  const value = (name: string) => header(headers, prefix + name);
  const modified = Math.floor(object.lastModified.getTime() / 1000) * 1000;

  const ifMatch = value('if-match');
  const unmodifiedSince = Date.parse(value('if-unmodified-since') ?? '');
  if (ifMatch !== undefined) {
    if (!namesETag(ifMatch, object.etag)) return 412;
  } else if (modified > unmodifiedSince) {
    return 412;
  }

  const ifNoneMatch = value('if-none-match');
  const modifiedSince = Date.parse(value('if-modified-since') ?? '');
  if (ifNoneMatch !== undefined) {
    if (namesETag(ifNoneMatch, object.etag)) return 304;
  } else if (modified <= modifiedSince) {
    return 304;
  }
  return 200;
}

/** An ETag without quotes and weakness mark, which S3 ignores in comparisons. */
export function bareETag(etag: string): string {
  return etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
}

/** Whether an `If-Match` or `If-None-Match` value, a list or `*`, names the ETag. */
export function namesETag(headerValue: string, etag: string): boolean {
  return headerValue
    .split(',')
    .some((item) => item.trim() === '*' || bareETag(item) === bareETag(etag));
}
