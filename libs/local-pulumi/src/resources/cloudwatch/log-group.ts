import { z } from 'zod';
import { arnOf } from '../context.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const logGroup = stateOnly({
  type: 'aws:cloudwatch/logGroup:LogGroup',
  why: WHY.cloudWatch,
  inputs: {
    name: z.string().regex(/^[\w./#-]{1,512}$/, 'is no log group name'),
    retentionInDays: z.int().min(0).default(0),
    ...anything('deletionProtectionEnabled', 'kmsKeyId', 'logGroupClass', 'skipDestroy'),
  },
  ignoredInputs: COMMON_IGNORED,
  autoName: { property: 'name', maxLength: 512 },
  replaceOn: ['name', 'logGroupClass'],
  describe: ({ name }, context) => ({
    id: name,
    outputs: { arn: arnOf(context, 'logs', `log-group:${name}`), tagsAll: {} },
  }),
});
