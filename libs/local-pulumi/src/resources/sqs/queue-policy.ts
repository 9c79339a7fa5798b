import { policyText } from '../json-text.ts';
import { queueAttribute } from './queue-attribute.ts';

/** Read by `send-permission.ts` when a bucket is to notify the queue; nobody else is checked. */
export const queuePolicy = queueAttribute({
  type: 'aws:sqs/queuePolicy:QueuePolicy',
  attribute: 'Policy',
  input: 'policy',
  schema: policyText,
});
