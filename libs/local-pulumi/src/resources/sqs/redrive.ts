import { z } from 'zod';
import { AwsError } from '../aws-error.ts';
import type { AwsContext } from '../context.ts';
import { jsonText } from '../json-text.ts';
import { queueUrlOf } from './queue-arn.ts';

/** SQS developer guide, "Using dead-letter queues". */
const redrivePolicy = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

const redriveAllowPolicy = z.strictObject({
  redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
  sourceQueueArns: z.array(z.string()).min(1).max(10).optional(),
});

export const redrivePolicyText = jsonText(redrivePolicy, 'the redrive policy');
export const redriveAllowPolicyText = jsonText(redriveAllowPolicy, 'the redrive allow policy');

/** @throws AwsError as SQS does for a dead-letter queue that is not there */
export async function requireDeadLetterQueue(
  context: AwsContext,
  { redrivePolicy: text }: { redrivePolicy?: string | undefined },
): Promise<void> {
  if (text === undefined) return;
  const { deadLetterTargetArn } = redrivePolicy.parse(JSON.parse(text));
  if ((await queueUrlOf(context, deadLetterTargetArn)) !== undefined) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
  );
}
