import { queueAttribute } from './queue-attribute.ts';
import { redrivePolicyText, requireDeadLetterQueue } from './redrive.ts';

/** The other way of writing `redrivePolicy` of a queue. */
export const queueRedrivePolicy = queueAttribute({
  type: 'aws:sqs/redrivePolicy:RedrivePolicy',
  attribute: 'RedrivePolicy',
  input: 'redrivePolicy',
  schema: redrivePolicyText,
  require: requireDeadLetterQueue,
});
