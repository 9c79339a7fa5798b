import { valuesAt, type Resource } from '../resource.ts';
import type { Rule } from '../rule.ts';
import type { Stack } from '../stack.ts';
import {
  BUCKET,
  BUCKET_ENCRYPTION,
  EVENT_BUS,
  FUNCTION,
  LOG_GROUP,
  QUEUE,
  TOPIC,
} from '../types.ts';

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
