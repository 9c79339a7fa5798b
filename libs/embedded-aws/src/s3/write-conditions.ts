import type { IncomingHttpHeaders } from 'node:http';

import type { Emulator } from '../emulator.ts';
import type { StoredObject } from '../fauxqs-internals.ts';
import { currentRequest } from '../request-context.ts';
import { namesETag } from './etags.ts';
import { noSuchKey, notImplemented, preconditionFailed } from './s3-errors.ts';
import { header } from './s3-request.ts';

/**
 * Upstream: the conditions of PutObject, CopyObject, CompleteMultipartUpload and DeleteObject are
 * ignored. Here they are checked in the very call that writes, so nothing can come between.
 */
export function writeConditions({ s3 }: Emulator): void {
  const putObject = s3.putObject.bind(s3);
  s3.putObject = (...args) => {
    const [bucket, key] = args;
    checkWrite(requestHeaders(), s3.buckets.get(bucket)?.get(key));
    return putObject(...args);
  };

  const complete = s3.completeMultipartUpload.bind(s3);
  s3.completeMultipartUpload = (uploadId, parts) => {
    const upload = s3.multipartUploads.get(uploadId);
    if (upload !== undefined) {
      checkWrite(requestHeaders(), s3.buckets.get(upload.bucket)?.get(upload.key));
    }
    return complete(uploadId, parts);
  };

  const deleteObject = s3.deleteObject.bind(s3);
  s3.deleteObject = (bucket, key) => {
    checkMatch(header(requestHeaders(), 'if-match'), s3.buckets.get(bucket)?.get(key));
    deleteObject(bucket, key);
  };
}

function requestHeaders(): IncomingHttpHeaders {
  return currentRequest()?.request.headers ?? {};
}

function checkWrite(headers: IncomingHttpHeaders, current: StoredObject | undefined): void {
  const ifNoneMatch = header(headers, 'if-none-match');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw notImplemented('If-None-Match of an ETag on a write');
    if (current !== undefined) throw preconditionFailed();
  }
  checkMatch(header(headers, 'if-match'), current);
}

/** User guide, "Conditional requests": 404 when there is nothing to match, 412 for another ETag. */
export function checkMatch(ifMatch: string | undefined, current: StoredObject | undefined): void {
  if (ifMatch === undefined) return;
  if (current === undefined) throw noSuchKey();
  if (!namesETag(ifMatch, current.etag)) throw preconditionFailed();
}
