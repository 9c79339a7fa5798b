import {
  BUCKET,
  BUCKET_ENCRYPTION,
  BUCKET_LIFECYCLE,
  BUCKET_POLICY,
  KEY,
  KEY_POLICY,
  OWNERSHIP,
  PUBLIC_ACCESS_BLOCK,
} from '../resource-types.ts';
import type { Rule } from '../rule.ts';
import type { Resource, Stack } from '../stack.ts';

/** Without them a bucket would be kept, and open; a key would be kept, and useless. */
const GUARDS: Readonly<Record<string, readonly [types: readonly string[], property: string]>> = {
  [BUCKET]: [
    [PUBLIC_ACCESS_BLOCK, OWNERSHIP, BUCKET_ENCRYPTION, BUCKET_POLICY, BUCKET_LIFECYCLE],
    'bucket',
  ],
  [KEY]: [[KEY_POLICY], 'keyId'],
};

export const dataIsKept: Rule = {
  name: 'data-is-kept',
  description:
    'A bucket is either protected with all that guards it, and the key of its objects, or said to be disposable (`forceDestroy`): nothing in between.',
  of: [BUCKET, KEY],
  problem(resource, stack) {
    const isDisposable = resource.properties['forceDestroy'] === true;
    if (resource.type === BUCKET && resource.protect === isDisposable)
      return isDisposable
        ? 'is protected, and may be deleted with its objects'
        : 'is not protected';
    if (resource.type === KEY && !resource.protect && keepsData(stack))
      return 'is not protected, but the data that it encrypts is';
    if (!resource.protect) return undefined;
    const [types = [], property = ''] = GUARDS[resource.type] ?? [];
    const guards = types.flatMap((type) => stack.about(resource, type, property));
    const loose = [resource, ...guards].find((one) => !one.protect || one.retainOnDelete === false);
    return loose && `${loose.name} goes while ${resource.name} stays`;
  },
};

function keepsData(stack: Stack): boolean {
  return stack.ofType(BUCKET).some(({ protect }: Resource) => protect);
}
