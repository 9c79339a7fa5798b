import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { AwsError } from '../aws-error.ts';
import type { AwsContext } from '../context.ts';
import { allows } from '../policy-evaluation.ts';
import { queueUrlOf } from './queue-arn.ts';

/**
 * The one place where a policy has an effect here, because S3 tries the queue out before it takes a notification
 * (S3 user guide, "Granting permissions to publish event notification messages to a destination").
 *
 * @throws AwsError `InvalidArgument` when the queue is not there or its policy does not let the bucket send
 */
export async function requireSendPermission(
  context: AwsContext,
  queueArn: string,
  bucket: string,
): Promise<void> {
  const url = await queueUrlOf(context, queueArn);
  if (url === undefined) throw refused(`there is no queue ${queueArn}`);
  const { Attributes } = await context.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['Policy'] }),
  );
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const allowed = allows(Attributes?.['Policy'], {
    service: 's3.amazonaws.com',
    action: 'sqs:SendMessage',
    resource: queueArn,
    conditions: {
      'aws:SourceArn': bucketArn,
      'aws:SourceAccount': context.accountId,
      'aws:SecureTransport': 'true',
    },
  });
  if (allowed) return;
  throw refused(
    `the policy of ${queueArn} does not let s3.amazonaws.com send for ${bucketArn}; does the notification depend on the queue's policy?`,
  );
}

function refused(why: string): AwsError {
  return new AwsError(
    'InvalidArgument',
    `Unable to validate the following destination configurations: ${why}`,
  );
}
