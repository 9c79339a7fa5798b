import { encryptionRequests } from './encryption.ts';
import { arnOf, type Graph } from './graph.ts';
import type { IamRequest } from './iam-request.ts';
import type { RecordedCall } from './recorded-call.ts';

type Permission = Pick<IamRequest, 'action' | 'resource'>;

/**
 * What a recorded call needs to be allowed.
 *
 * @param principal the function's session
 * @throws Error for an operation that is not known here, or that is about something the program does not make
 */
export function functionRequests(
  call: RecordedCall,
  graph: Graph,
  principal: string,
): IamRequest[] {
  const because = [call.operation, call.key ?? call.target].filter(Boolean).join(' ');
  return [
    ...permissionsOf(call, graph).map((permission) => ({
      ...{ principal, because, context: contextOf(call) },
      ...permission,
    })),
    ...encryptionRequests(call, graph).map((request) => ({ principal, because, ...request })),
  ];
}

function contextOf({ operation, key }: RecordedCall): Record<string, string> {
  return operation === 'ListObjectsV2' && key !== undefined ? { 's3:prefix': key } : {};
}

function permissionsOf(call: RecordedCall, graph: Graph): Permission[] {
  switch (call.service) {
    case 's3':
      return s3Permissions(call, graph);
    case 'sqs': {
      const resource = arnOf(graph.require('sqs/Queue', localQueueUrl(call, graph)));
      return [{ action: `sqs:${call.operation.replace(/Batch$/, '')}`, resource }];
    }
    case 'events':
      return [{ action: `events:${call.operation}`, resource: busArn(call) }];
  }
}

/**
 * Amazon S3 user guide, "Required permissions for Amazon S3 API operations", and for `If-Match`: "Enforce conditional
 * deletes", "Add preconditions to S3 operations".
 */
function s3Permissions(
  { operation, bucket, key, versionId, condition, status }: RecordedCall,
  graph: Graph,
): Permission[] {
  const bucketArn = bucketArnOf(graph, bucket);
  const object = (action: string) => ({ action, resource: `${bucketArn}/${key}` });
  const list = { action: 's3:ListBucket', resource: bucketArn };
  switch (operation) {
    case 'GetObject':
    case 'HeadObject':
      return [
        object(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
        // Without permission to list, S3 returns 403 for a missing object. The pipeline needs the 404.
        ...(status === 404 ? [list] : []),
      ];
    case 'PutObject':
      return [
        object('s3:PutObject'),
        ...(condition === 'if-match' ? [object('s3:GetObject')] : []),
      ];
    case 'DeleteObject':
      return [object('s3:DeleteObject'), ...(condition ? [object('s3:GetObject')] : [])];
    case 'ListObjectsV2':
      return [list];
    default:
      throw new Error(`Which permissions does S3's ${operation} need?`);
  }
}

/** ARN of a bucket of the program, or of an existing bucket with the program's notifications. */
function bucketArnOf(graph: Graph, bucket: string | undefined): string {
  const isNotifying = graph
    .ofType('BucketNotification')
    .some(({ inputs }) => inputs['bucket'] === bucket);
  return isNotifying ? `arn:aws:s3:::${bucket}` : arnOf(graph.require('s3/Bucket', bucket));
}

/** The function reaches the queue through the recorder: host and port of its URL are not the queue's. */
function localQueueUrl({ target = '' }: RecordedCall, graph: Graph): string {
  const { pathname } = new URL(target);
  const queue = graph.ofType('sqs/Queue').find(({ id }) => new URL(id).pathname === pathname);
  return queue?.id ?? target;
}

/** The function names its bus by ARN, because the bus may be in another account. */
function busArn({ target = '' }: RecordedCall): string {
  if (target.startsWith('arn:')) return target;
  throw new Error(`Which event bus is "${target}"?`);
}
