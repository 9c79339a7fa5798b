import type { IncomingHttpHeaders } from 'node:http';

import type { Emulator } from '../emulator.ts';
import type { StoredObject } from '../fauxqs-internals.ts';
import { namesETag } from './etags.ts';
import { preconditionFailed } from './s3-errors.ts';
import { beforeS3, header } from './s3-request.ts';

/**
 * Upstream: GET knows one quoted ETag only and compares dates by the millisecond, HEAD and copy
 * sources know no conditions. Decided here; fauxqs then sees none.
 */
export function readConditions({ app, s3 }: Emulator): void {
  beforeS3(app, ({ method, bucket, key, headers }, reply) => {
    const copySource = header(headers, 'x-amz-copy-source');
    if (copySource !== undefined) {
      const source = sourceObject(copySource);
      const verdict = source && readVerdict(headers, source, 'x-amz-copy-source-');
      if (verdict !== undefined && verdict !== 'send') throw preconditionFailed();
      return false;
    }
    const object = s3.buckets.get(bucket)?.get(key);
    if (object === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    const verdict = readVerdict(headers, object);
    for (const name of CONDITIONS) delete headers[name];
    if (verdict === 'fail') throw preconditionFailed();
    if (verdict === 'send') return false;
    reply.headers({ etag: object.etag, 'last-modified': object.lastModified.toUTCString() });
    if (object.cacheControl !== undefined) reply.header('cache-control', object.cacheControl);
    reply.code(304).send();
    return true;
  });

  function sourceObject(copySource: string): StoredObject | undefined {
    const [, bucket = '', key = ''] = /^\/?([^/]*)\/(.*)$/s.exec(decoded(copySource)) ?? [];
    return s3.buckets.get(bucket)?.get(key);
  }
}

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** RFC 9110, 13.2.2; dates in HTTP carry whole seconds. */
export function readVerdict(
  headers: IncomingHttpHeaders,
  object: StoredObject,
  prefix = '',
): 'send' | 'not-modified' | 'fail' {
  const value = (name: string) => header(headers, prefix + name);
  const modified = Math.floor(object.lastModified.getTime() / 1000) * 1000;

  const ifMatch = value('if-match');
  const unmodifiedSince = Date.parse(value('if-unmodified-since') ?? '');
  if (ifMatch !== undefined) {
    if (!namesETag(ifMatch, object.etag)) return 'fail';
  } else if (modified > unmodifiedSince) {
    return 'fail';
  }

  const ifNoneMatch = value('if-none-match');
  const modifiedSince = Date.parse(value('if-modified-since') ?? '');
  if (ifNoneMatch !== undefined) {
    if (namesETag(ifNoneMatch, object.etag)) return 'not-modified';
  } else if (modified <= modifiedSince) {
    return 'not-modified';
  }
  return 'send';
}

/** A source that is no valid encoding is left to fauxqs to refuse. */
function decoded(copySource: string): string {
  try {
    return decodeURIComponent(copySource);
  } catch {
    return '';
  }
}
