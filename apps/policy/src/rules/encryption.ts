import {
  BUCKET,
  BUCKET_ENCRYPTION,
  BUCKET_POLICY,
  DISTRIBUTION,
  EVENT_BUS,
  FUNCTION,
  LOG_GROUP,
  QUEUE,
  QUEUE_POLICY,
  TOPIC,
  TOPIC_POLICY,
} from '../resource-types.ts';
import type { Rule } from '../rule.ts';
import { type Resource, type Stack, valuesAt } from '../stack.ts';
import { effectiveStatements } from '../statements.ts';

/** Where each names the key that encrypts it. */
const KEY_PROPERTIES: Readonly<Record<string, string>> = {
  [QUEUE]: 'kmsMasterKeyId',
  [TOPIC]: 'kmsMasterKeyId',
  [LOG_GROUP]: 'kmsKeyId',
  [FUNCTION]: 'kmsKeyArn',
  [EVENT_BUS]: 'kmsKeyIdentifier',
};

export const encryptedAtRest: Rule = {
  name: 'encrypted-at-rest',
  description:
    'Buckets and queues say how they are encrypted; where a KMS key of the account is used at all, all that can use one does (the others are encrypted by AWS in any case).',
  of: [BUCKET, ...Object.keys(KEY_PROPERTIES)],
  problem(resource, stack) {
    if (keyOf(resource, stack) !== undefined) return undefined;
    const key = stack.resources.map((one) => keyOf(one, stack)).find((one) => one !== undefined);
    if (key !== undefined) return `is not encrypted with the KMS key that others have`;
    return isEncrypted(resource, stack) ? undefined : 'does not say how it is encrypted';
  },
};

/** A KMS key of the account; AWS's own keys have names of its own. */
function keyOf(resource: Resource, stack: Stack): unknown {
  const property = KEY_PROPERTIES[resource.type];
  const keys =
    resource.type === BUCKET
      ? encryptionOf(resource, stack, 'kmsMasterKeyId')
      : valuesAt(resource.properties, property ?? '-');
  return keys.find((key) => !String(key).startsWith('alias/aws/') && key !== '');
}

function isEncrypted(resource: Resource, stack: Stack): boolean {
  if (resource.type === BUCKET) return encryptionOf(resource, stack, 'sseAlgorithm').length > 0;
  return resource.type !== QUEUE || resource.properties['sqsManagedSseEnabled'] === true;
}

function encryptionOf(bucket: Resource, stack: Stack, property: string): unknown[] {
  return stack
    .about(bucket, BUCKET_ENCRYPTION, 'bucket')
    .flatMap(({ properties }) =>
      valuesAt(properties, 'rules', 'applyServerSideEncryptionByDefault', property),
    );
}

/** What the denial has to cover, in lower case. SNS takes no `sns:*` in a topic's policy: publishing is what sends content. */
const POLICIES: Readonly<Record<string, { type: string; property: string; action: string }>> = {
  [BUCKET]: { type: BUCKET_POLICY, property: 'bucket', action: 's3:*' },
  [QUEUE]: { type: QUEUE_POLICY, property: 'queueUrl', action: 'sqs:*' },
  [TOPIC]: { type: TOPIC_POLICY, property: 'arn', action: 'sns:publish' },
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
    .flatMap((one) => effectiveStatements(one, stack))
    .some(
      ({ effect, principals, actions, conditions }) =>
        effect === 'Deny' &&
        principals.includes('*') &&
        actions.some((one) => one.toLowerCase() === action) &&
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
