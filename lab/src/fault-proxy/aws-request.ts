import type { IncomingHttpHeaders } from 'node:http';

/** The sender: a client of the pipeline, or the function and its event source mapping. */
export type Actor = 'application' | 'function';

export type Place = 'source' | 'processed' | 'queue' | 'elsewhere';

/** A request to S3 or SQS, with the properties that faults, kills and the journal use. */
export interface AwsRequest {
  readonly actor: Actor;
  /** As the API reference names it, for example `GetObject`. */
  readonly operation: string;
  readonly place: Place;
  /** Decoded key of an object, or prefix of a listing. */
  readonly key?: string;
}

export interface BucketNames {
  readonly sourceBucket: string;
  readonly processedBucket: string;
}

const OBJECT_OPERATIONS: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

/** Path-style S3, or SQS's JSON protocol. */
export function describeRequest(
  actor: Actor,
  buckets: BucketNames | undefined,
  { method = 'GET', url = '/', headers }: RawRequest,
): AwsRequest {
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return { actor, operation: target.replace('AmazonSQS.', ''), place: 'queue' };
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, bucket = '', ...rest] = pathname.split('/').map(decodeURIComponent);
  const place = placeOf(bucket, buckets);
  const key = rest.join('/');
  if (key !== '') return { actor, operation: OBJECT_OPERATIONS[method] ?? method, place, key };
  return { actor, operation: 'ListObjectsV2', place, key: searchParams.get('prefix') ?? '' };
}

export interface RawRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

function placeOf(bucket: string, buckets: BucketNames | undefined): Place {
  if (bucket === buckets?.sourceBucket) return 'source';
  return bucket === buckets?.processedBucket ? 'processed' : 'elsewhere';
}
