import { valuesAt, type Resource } from '../resource.ts';
import type { Rule } from '../rule.ts';
import type { Stack } from '../stack.ts';
import { statementsOf } from '../statements.ts';
import {
  BUCKET,
  BUCKET_POLICY,
  DISTRIBUTION,
  QUEUE,
  QUEUE_POLICY,
  TOPIC,
  TOPIC_POLICY,
} from '../types.ts';

/** What the denial has to cover. SNS takes no `sns:*` in a topic's policy: publishing is what sends content. */
const POLICIES: Readonly<Record<string, { type: string; property: string; action: string }>> = {
  [BUCKET]: { type: BUCKET_POLICY, property: 'bucket', action: 's3:*' },
  [QUEUE]: { type: QUEUE_POLICY, property: 'queueUrl', action: 'sqs:*' },
  [TOPIC]: { type: TOPIC_POLICY, property: 'arn', action: 'sns:Publish' },
};
const CONDITION = 'Bool aws:SecureTransport';

export const tlsOnly: Rule = {
  name: 'tls-only',
  description:
    'Buckets, queues, topics and distributions refuse or redirect every request over plain HTTP.',
  of: [...Object.keys(POLICIES), DISTRIBUTION],
  problem(resource, stack) {
    return resource.type === DISTRIBUTION ? plainViewers(resource) : plainHttp(resource, stack);
  },
};

function plainHttp(resource: Resource, stack: Stack): string | undefined {
  const { type = '', property = '', action = '' } = POLICIES[resource.type] ?? {};
  const denies = [resource, ...stack.about(resource, type, property)]
    .flatMap(statementsOf)
    .some(
      ({ effect, principals, actions, conditions }) =>
        effect === 'Deny' &&
        principals.includes('*') &&
        actions.includes(action) &&
        Object.keys(conditions).join() === CONDITION &&
        conditions[CONDITION]?.join() === 'false',
    );
  return denies ? undefined : `no policy denies ${action} to everybody over plain HTTP`;
}

function plainViewers({ properties }: Resource): string | undefined {
  const behaviors = ['defaultCacheBehavior', 'orderedCacheBehaviors'];
  const protocols = behaviors.flatMap((name) => valuesAt(properties, name, 'viewerProtocolPolicy'));
  return protocols.includes('allow-all') ? 'answers over plain HTTP' : undefined;
}
