import type { FastifyReply, FastifyRequest } from 'fastify';

import { currentRequest, type Emulator } from '../emulator.ts';
import type { StoredObject } from '../fauxqs.ts';
import { readStatus } from './conditions.ts';
import {
  invalidRequest,
  methodNotAllowed,
  noSuchKey,
  noSuchVersion,
  preconditionFailed,
} from './errors.ts';
import {
  attributeHeaders,
  attributesOf,
  requireReadable,
  userMetadata,
  versionIdOf,
} from './object-attributes.ts';
import { beforeS3, header, type S3Request } from './requests.ts';
import { requestedVersion, versioningStatus } from './versioning.ts';

interface Selected {
  readonly bucket: string;
  readonly object: StoredObject;
}

/**
 * Upstream: only current objects can be read and copied; GET knows one quoted ETag and compares
 * dates by the millisecond, HEAD and copy sources know no conditions; `response-content-type`
 * and its like are ignored; a suffix range longer than the object is 416. Versions, readability
 * and conditions are decided here. fauxqs then sees no conditions, and reads what is selected.
 */
export function objectReads(emulator: Emulator): void {
  const { app, s3, versions } = emulator;
  const selected = new WeakMap<FastifyRequest, Selected>();

  beforeS3(app, (s3Request, reply, request) => {
    const source = copySource(s3Request);
    if (source !== undefined) {
      selectSource(source, s3Request, reply, request);
      return false;
    }
    const { method, bucket, key, query } = s3Request;
    if ((method !== 'GET' && method !== 'HEAD') || key === '') return false;
    const object = select({ bucket, key, versionId: requestedVersion(query['versionId']) }, reply);
    if (object === undefined) return false; // fauxqs answers 404
    requireReadable(object, s3Request.headers, method);
    selected.set(request, { bucket, object });
    reply.headers({ 'accept-ranges': 'bytes', ...attributeHeaders(object) });
    return answerConditions(object, s3Request, reply);
  });

  /** @throws NoSuchKey and NoSuchVersion; MethodNotAllowed for a delete marker by its id */
  function select({ bucket, key, versionId }: Source, reply: FastifyReply) {
    const object = versions.find(bucket, key, versionId);
    const [newest] = versions.all(bucket, key);
    const found = object ?? (versionId === undefined ? newest : undefined);
    if (found !== undefined && versioningStatus(emulator, bucket) !== undefined) {
      reply.header('x-amz-version-id', versionIdOf(found));
    }
    if (found !== undefined && attributesOf(found).deleteMarker) {
      reply.header('x-amz-delete-marker', 'true');
      if (versionId === undefined) throw noSuchKey();
      reply.headers({ allow: 'DELETE', 'last-modified': found.lastModified.toUTCString() });
      throw methodNotAllowed();
    }
    if (object === undefined && versionId !== undefined && s3.hasBucket(bucket)) {
      throw noSuchVersion();
    }
    return object;
  }

  function selectSource(
    source: Source,
    { headers }: S3Request,
    reply: FastifyReply,
    request: FastifyRequest,
  ): void {
    const { bucket, key, versionId } = source;
    headers['x-amz-copy-source'] = `${bucket}/${encodeURIComponent(key)}`;
    const object = versions.find(bucket, key, requestedVersion(versionId));
    if (object === undefined && versionId !== undefined) throw noSuchVersion();
    if (object === undefined) return; // fauxqs answers 404
    if (attributesOf(object).deleteMarker) {
      throw invalidRequest(
        'The source of a copy request may not specifically refer to a delete marker by version id.',
      );
    }
    const status = readStatus(headers, object, 'x-amz-copy-source-');
    if (status !== 200) throw preconditionFailed();
    requireReadable(object, headers, 'COPY');
    selected.set(request, { bucket, object });
    if (versioningStatus(emulator, bucket) !== undefined) {
      reply.header('x-amz-copy-source-version-id', versionIdOf(object));
    }
  }

  const headObject = s3.headObject.bind(s3);
  s3.headObject = (bucket, key) => {
    const object = selectedNow()?.object ?? headObject(bucket, key);
    return { ...object, metadata: userMetadata(object.metadata) };
  };

  const getObject = s3.getObject.bind(s3);
  s3.getObject = (bucket, key) => {
    const chosen = selectedNow();
    if (chosen === undefined) return getObject(bucket, key);
    const { object } = chosen;
    const body = versions.body(chosen.bucket, object);
    return { ...object, body, metadata: userMetadata(object.metadata) };
  };

  function selectedNow(): Selected | undefined {
    const request = currentRequest()?.request;
    return request && selected.get(request);
  }

  app.addHook('onSend', (request, reply, _payload, done) => {
    if (selected.has(request) && reply.statusCode < 300) overrideHeaders(request, reply);
    done();
  });
}

interface Source {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** `BUCKET/KEY?versionId=ID`, URL-encoded; `undefined` for no copy, or one for fauxqs to refuse. */
function copySource({ headers }: S3Request): Source | undefined {
  const value = header(headers, 'x-amz-copy-source');
  const [, encoded = '', versionId] = /^(.*?)(?:\?versionId=(.*))?$/s.exec(value ?? '') ?? [];
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(encoded)) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key, versionId };
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

function answerConditions(object: StoredObject, { headers }: S3Request, reply: FastifyReply) {
  const suffix = Number(/^bytes=-(\d+)$/.exec(header(headers, 'range') ?? '')?.[1]);
  if (suffix > object.contentLength && object.contentLength > 0) headers.range = 'bytes=0-';
  const status = readStatus(headers, object);
  for (const name of CONDITIONS) delete headers[name];
  if (status === 412) throw preconditionFailed();
  if (status === 200) return false;
  reply.headers({ etag: object.etag, 'last-modified': object.lastModified.toUTCString() });
  if (object.cacheControl !== undefined) reply.header('cache-control', object.cacheControl);
  reply.code(status).send();
  return true;
}

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

function overrideHeaders(request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of Object.entries(request.query as Record<string, string>)) {
    if (RESPONSE_HEADERS.includes(name)) reply.header(name.slice('response-'.length), value);
  }
}

/** GetObject, "URI Request Parameters". */
const RESPONSE_HEADERS = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];
