import { z } from 'zod';
import { policyText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const keyPolicy = stateOnly({
  type: 'aws:kms/keyPolicy:KeyPolicy',
  why: WHY.kms,
  inputs: { keyId: z.string(), policy: policyText, ...anything('bypassPolicyLockoutSafetyCheck') },
  ignoredInputs: { region: COMMON_IGNORED.region },
  replaceOn: ['keyId'],
  describe: ({ keyId }) => ({ id: keyId, outputs: {} }),
});
