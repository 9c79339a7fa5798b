import { WHY } from '../not-emulated.ts';
import { queueAttribute } from './queue-attribute.ts';
import { redriveAllowPolicyText } from './redrive.ts';

export const queueRedriveAllowPolicy = queueAttribute({
  type: 'aws:sqs/redriveAllowPolicy:RedriveAllowPolicy',
  attribute: 'RedriveAllowPolicy',
  input: 'redriveAllowPolicy',
  schema: redriveAllowPolicyText,
  why: WHY.permissions,
});
