import { z } from 'zod';
import { policyText } from '../json-text.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { stateOnly } from '../state-only.ts';

export const topicPolicy = stateOnly({
  type: 'aws:sns/topicPolicy:TopicPolicy',
  why: WHY.sns,
  inputs: { arn: z.string(), policy: policyText },
  ignoredInputs: { region: COMMON_IGNORED.region },
  replaceOn: ['arn'],
  describe: ({ arn }, { accountId }) => ({ id: arn, outputs: { owner: accountId } }),
});
