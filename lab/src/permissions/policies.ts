import { arnOf, type Graph, type GraphResource } from './graph.ts';

/** As in a policy's JSON. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** A policy of the deployed graph: of a role, or of the resource that it is attached to. */
export interface AttachedPolicy {
  /** Of the resource that carries it in the program. */
  readonly name: string;
  readonly kind: 'identity' | 'trust' | 'resource';
  /** ARN of the role or resource that it belongs to. */
  readonly of: string;
  readonly statements: readonly Statement[];
}

type Reader = (graph: Graph) => AttachedPolicy[];

/** Resource type and input that contain a policy, and the resource that the policy belongs to. */
const READERS: readonly Reader[] = [
  policiesOf('RolePolicy', 'identity', 'policy', (graph, { inputs }) =>
    arnOf(graph.require('iam/Role', inputs['role'])),
  ),
  policiesOf('iam/Role', 'trust', 'assumeRolePolicy', (_graph, role) => arnOf(role)),
  policiesOf(
    'BucketPolicy',
    'resource',
    'policy',
    (_graph, { inputs }) => `arn:aws:s3:::${String(inputs['bucket'])}`,
  ),
  policiesOf('QueuePolicy', 'resource', 'policy', (graph, { inputs }) =>
    arnOf(graph.require('sqs/Queue', inputs['queueUrl'])),
  ),
  policiesOf('TopicPolicy', 'resource', 'policy', (_graph, { inputs }) => String(inputs['arn'])),
  policiesOf('kms/Key', 'resource', 'policy', (_graph, key) => arnOf(key)),
  policiesOf('KeyPolicy', 'resource', 'policy', (graph, { inputs }) =>
    arnOf(graph.require('kms/Key', inputs['keyId'])),
  ),
];
/** Resource types with grants that no reader reads. */
const UNREAD = ['RolePolicyAttachment', 'iam/Policy', 'lambda/Permission', 'EventBusPolicy'];

/** @throws Error where the program grants something in a way that is not known here: it would be left out of the proof */
export function attachedPolicies(graph: Graph): AttachedPolicy[] {
  const unread = UNREAD.flatMap((type) => graph.ofType(type));
  if (unread[0])
    throw new Error(`${unread[0].type} ${unread[0].name} has grants that the proof does not read`);
  return READERS.flatMap((read) => read(graph));
}

function policiesOf(
  type: string,
  kind: AttachedPolicy['kind'],
  property: string,
  owner: (graph: Graph, resource: GraphResource) => string,
): Reader {
  return (graph) =>
    graph.ofType(type).flatMap((resource) => {
      const text = resource.inputs[property];
      if (typeof text !== 'string') return [];
      const { Statement } = JSON.parse(text) as { Statement: Statement | readonly Statement[] };
      const statements = [Statement].flat() as readonly Statement[];
      return [{ name: resource.name, kind, of: owner(graph, resource), statements }];
    });
}
