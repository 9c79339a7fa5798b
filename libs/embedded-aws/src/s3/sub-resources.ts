import type { Emulator } from '../emulator.ts';
import { BUCKET_CONFIGURATIONS } from './bucket-configuration.ts';
import { methodNotAllowed, notImplemented } from './errors.ts';
import { beforeS3, isForm, type S3Request } from './requests.ts';

const LISTING = [
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'list-type',
  'marker',
  'max-keys',
  'prefix',
  'start-after',
];

const VERSION_LISTING = ['key-marker', 'version-id-marker', 'versions'];

/** The query names that each request may have. */
const BUCKET: Readonly<Record<string, readonly string[]>> = {
  GET: [...LISTING, ...VERSION_LISTING, ...BUCKET_CONFIGURATIONS, 'location'],
  HEAD: [],
  PUT: BUCKET_CONFIGURATIONS,
  DELETE: BUCKET_CONFIGURATIONS.filter((name) => !['notification', 'versioning'].includes(name)),
  POST: ['delete'],
};

const OBJECT: Readonly<Record<string, readonly string[]>> = {
  // `v` is not a sub-resource. S3 ignores it, and applications use it to get past a browser's cache.
  GET: [
    ...['attributes', 'partNumber', 'v', 'versionId'],
    ...['max-parts', 'part-number-marker', 'uploadId'],
  ],
  HEAD: ['partNumber', 'v', 'versionId'],
  PUT: ['partNumber', 'uploadId'],
  DELETE: ['uploadId', 'versionId'],
  POST: ['uploadId', 'uploads'],
};

/** The SDK's name of the operation, presigned parameters, and header overrides of a GET. */
const ANYWHERE = /^(?:x-id|x-amz-.*|AWSAccessKeyId|Signature|Expires|response-.*)$/i;

/**
 * Upstream: a PUT or DELETE of a sub-resource that it does not know overwrites or deletes the
 * object or the bucket itself, and a GET answers the object or a listing. Here it is 501.
 */
export function subResources({ app }: Emulator): void {
  beforeS3(app, (request) => {
    const allowed = (request.key === '' ? BUCKET : OBJECT)[request.method] ?? [];
    const unknown = Object.keys(request.query).find(
      (name) => !allowed.includes(name) && !ANYWHERE.test(name),
    );
    if (unknown !== undefined) throw notImplemented(`${request.method} with ?${unknown}`);
    if (request.method === 'POST') requireKnownPost(request);
    return false;
  });
}

/** Upstream handles every other POST as DeleteObjects. */
function requireKnownPost({ key, query, headers }: S3Request): void {
  const known =
    key === '' ? 'delete' in query || isForm(headers) : 'uploads' in query || 'uploadId' in query;
  if (known) return;
  throw methodNotAllowed();
}
