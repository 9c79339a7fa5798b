import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineResource } from '../../engine/index.ts';
import { arnOf, type AwsContext } from '../context.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything } from '../state-only.ts';

/** In the state only; not by `stateOnly`, because its id is not a function of its inputs. */
export const key = defineResource({
  type: 'aws:kms/key:Key',
  inputs: z.strictObject({
    ...anything('bypassPolicyLockoutSafetyCheck', 'customKeyStoreId', 'customerMasterKeySpec'),
    ...anything('deletionWindowInDays', 'description', 'enableKeyRotation', 'isEnabled'),
    ...anything('keyUsage', 'multiRegion', 'policy', 'rotationPeriodInDays', 'xksKeyId'),
  }),
  notEmulated: WHY.kms,
  ignoredInputs: COMMON_IGNORED,
  replaceOn: ['customerMasterKeySpec', 'keyUsage', 'multiRegion'],
  create(_inputs, context: AwsContext) {
    const id = randomUUID();
    return { id, outputs: outputsOf(id, context) };
  },
  update: ({ id }, _inputs, context) => outputsOf(id, context),
});

function outputsOf(id: string, context: AwsContext) {
  return { keyId: id, arn: arnOf(context, 'kms', `key/${id}`), tagsAll: {} };
}
