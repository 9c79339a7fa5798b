import { z } from 'zod';
import { policyText } from '../json-text.ts';
import { arnOf } from '../context.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const topic = stateOnly({
  type: 'aws:sns/topic:Topic',
  why: WHY.sns,
  inputs: {
    name: z.string().regex(/^[\w-]{1,251}(\.fifo)?$/, 'is no topic name'),
    policy: policyText.optional(),
    fifoTopic: z.boolean().default(false),
    ...anything('archivePolicy', 'contentBasedDeduplication', 'deliveryPolicy', 'displayName'),
    ...anything('fifoThroughputScope', 'kmsMasterKeyId', 'signatureVersion', 'tracingConfig'),
  },
  ignoredInputs: COMMON_IGNORED,
  autoName: {
    property: 'name',
    maxLength: 256,
    suffix: ({ fifoTopic }) => (fifoTopic === true ? '.fifo' : ''),
  },
  replaceOn: ['name', 'fifoTopic'],
  describe({ name }, context) {
    const arn = arnOf(context, 'sns', name);
    return { id: arn, outputs: { arn, owner: context.accountId, tagsAll: {} } };
  },
});
