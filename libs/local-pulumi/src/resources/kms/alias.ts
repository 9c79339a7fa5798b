import { z } from 'zod';
import { arnOf } from '../context.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { stateOnly } from '../state-only.ts';

export const alias = stateOnly({
  type: 'aws:kms/alias:Alias',
  why: WHY.kms,
  inputs: {
    name: z.string().regex(/^alias\/[\w/-]{1,250}$/, 'is no alias name'),
    targetKeyId: z.string(),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  autoName: { property: 'name', maxLength: 256, prefix: 'alias/' },
  replaceOn: ['name'],
  describe: ({ name, targetKeyId }, context) => ({
    id: name,
    outputs: {
      arn: arnOf(context, 'kms', name),
      targetKeyArn: targetKeyId.startsWith('arn:')
        ? targetKeyId
        : arnOf(context, 'kms', `key/${targetKeyId}`),
    },
  }),
});
