import type { IncomingHttpHeaders } from 'node:http';

/** A call of the function to AWS, as it was on the wire. */
export interface RecordedCall {
  readonly service: 's3' | 'sqs' | 'events';
  /** As the API reference names it, for example `GetObject`. */
  readonly operation: string;
  /** S3: bucket and decoded key; no key for a listing. */
  readonly bucket?: string;
  readonly key?: string;
  readonly versionId?: string;
  /** SQS, EventBridge: what the call is about, as it names it. */
  readonly target?: string;
  /** With `If-Match` or `If-None-Match`. */
  readonly condition?: 'if-match' | 'if-none-match';
  readonly status: number;
}

export interface RawCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly status: number;
}

const TARGETS: Readonly<Record<string, RecordedCall['service']>> = {
  AmazonSQS: 'sqs',
  AWSEvents: 'events',
};
/** Headers that ask S3 for more than the operation does, and so for another permission. */
const UNKNOWN_HEADERS = /^x-amz-(?:acl|grant-|tagging|object-lock|website|copy-source)/;

/** @throws Error for a call that is not known here: it would be left out of the proof */
export function readCall(call: RawCall): RecordedCall {
  const target = call.headers['x-amz-target'];
  return typeof target === 'string' ? jsonCall(target, call) : s3Call(call);
}

function jsonCall(target: string, { body, status }: RawCall): RecordedCall {
  const [prefix = '', operation = ''] = target.split('.');
  const service = TARGETS[prefix];
  if (!service) throw new Error(`A call to a service that is not known here: ${target}`);
  const request = JSON.parse(body.toString()) as {
    QueueUrl?: string;
    Entries?: readonly { EventBusName?: string }[];
  };
  const named = request.QueueUrl ?? request.Entries?.[0]?.EventBusName;
  return { service, operation, ...(named !== undefined && { target: named }), status };
}

/** Reads a path-style request. The operation is in `x-id`, or follows from method and query. */
function s3Call({ method, url, headers, status }: RawCall): RecordedCall {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, bucket = '', ...rest] = pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const operation = searchParams.get('x-id') ?? operationOf(method, key, searchParams);
  const unknown = Object.keys(headers).find((name) => UNKNOWN_HEADERS.test(name));
  if (operation === undefined || unknown !== undefined)
    throw new Error(`A call to S3 that is not known here: ${method} ${url} ${unknown ?? ''}`);
  const condition = (['if-match', 'if-none-match'] as const).find((name) => name in headers);
  const versionId = searchParams.get('versionId');
  return {
    ...{ service: 's3', operation, bucket, status },
    ...(key !== '' && { key }),
    ...(versionId !== null && { versionId }),
    ...(condition && { condition }),
  };
}

function operationOf(method: string, key: string, query: URLSearchParams): string | undefined {
  if (method === 'HEAD' && key !== '') return 'HeadObject';
  return method === 'GET' && query.has('list-type') ? 'ListObjectsV2' : undefined;
}
