import { createHash } from 'node:crypto';
import { z } from 'zod';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { anything, stateOnly } from '../state-only.ts';

export const topicSubscription = stateOnly({
  type: 'aws:sns/topicSubscription:TopicSubscription',
  why: WHY.sns,
  inputs: {
    topic: z.string(),
    protocol: z.string(),
    endpoint: z.string(),
    ...anything('confirmationTimeoutInMinutes', 'deliveryPolicy', 'endpointAutoConfirms'),
    ...anything('filterPolicy', 'filterPolicyScope', 'rawMessageDelivery', 'redrivePolicy'),
    ...anything('replayPolicy', 'subscriptionRoleArn'),
  },
  ignoredInputs: { region: COMMON_IGNORED.region },
  replaceOn: ['topic', 'protocol', 'endpoint'],
  describe({ topic, protocol, endpoint }, { accountId }) {
    const digest = createHash('sha256').update(`${protocol} ${endpoint}`).digest('hex');
    const arn = `${topic}:${digest.slice(0, 32)}`;
    return { id: arn, outputs: { arn, ownerId: accountId, pendingConfirmation: false } };
  },
});
