import { arnOf, valuesAt, type Graph, type GraphResource } from './graph.ts';
import type { IamRequest } from './iam-request.ts';
import type { RecordedCall } from './recorded-call.ts';

type KeyUse = Pick<IamRequest, 'action' | 'resource' | 'context'>;

/** What a call needs of the key that its bucket or queue is encrypted with: nothing where AWS's own key does it. */
export function encryptionRequests(call: RecordedCall, graph: Graph): KeyUse[] {
  const { service, operation, bucket, key, status } = call;
  if (service === 's3') {
    if (key === undefined || status >= 400) return [];
    // A HEAD of an encrypted object needs the key as a GET does.
    const action = operation === 'PutObject' ? 'kms:GenerateDataKey' : 'kms:Decrypt';
    if (operation === 'DeleteObject') return [];
    return keyUse(graph, bucketKey(graph, bucket), [action], 's3');
  }
  if (service === 'sqs' && operation.startsWith('SendMessage')) {
    const { pathname } = new URL(call.target ?? '');
    const queue = graph.ofType('sqs/Queue').find(({ id }) => new URL(id).pathname === pathname);
    return queue ? sendingUses(graph, queue) : [];
  }
  return [];
}

/** Amazon SQS developer guide, "Key management": a sender makes a data key, and decrypts it to check it. */
export function sendingUses(graph: Graph, queue: GraphResource): KeyUse[] {
  return keyUse(graph, queueKey(queue), ['kms:GenerateDataKey', 'kms:Decrypt'], 'sqs');
}

export function receivingUses(graph: Graph, queue: GraphResource): KeyUse[] {
  return keyUse(graph, queueKey(queue), ['kms:Decrypt'], 'sqs');
}

export function readingUses(graph: Graph, bucket: unknown): KeyUse[] {
  return keyUse(graph, bucketKey(graph, bucket), ['kms:Decrypt'], 's3');
}

/** Uses of a key through a service, as the key's and the caller's policies see them. */
export function keyUse(
  graph: Graph,
  reference: unknown,
  actions: readonly string[],
  service?: string,
): KeyUse[] {
  if (typeof reference !== 'string' || reference.startsWith('alias/aws/')) return [];
  const alias = graph.find('kms/Alias', reference);
  const target = alias?.inputs['targetKeyId'];
  const named = typeof target === 'string' ? target : reference;
  const key = graph.find('kms/Key', named);
  // One that the settings name keeps its own policy, which is not ours to prove.
  const resource = key ? arnOf(key) : named;
  const region = resource.split(':')[3];
  const context: Record<string, string> =
    service === undefined ? {} : { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
  return actions.map((action) => ({ action, resource, context }));
}

function queueKey({ inputs }: GraphResource): unknown {
  return inputs['kmsMasterKeyId'];
}

function bucketKey(graph: Graph, bucket: unknown): unknown {
  const encryption = graph
    .ofType('BucketServerSideEncryptionConfiguration')
    .find(({ inputs }) => inputs['bucket'] === bucket);
  const [key] = valuesAt(
    encryption?.inputs,
    'rules',
    'applyServerSideEncryptionByDefault',
    'kmsMasterKeyId',
  );
  return key;
}
