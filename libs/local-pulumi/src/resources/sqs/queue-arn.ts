import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { unlessAbsent } from '../aws-error.ts';
import type { AwsContext } from '../context.ts';

/** SQS's codes for a queue that is not there: of the query protocol, and of the JSON protocol. */
export const NO_QUEUE = ['AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist'];

/** The URL of a queue, or undefined when there is none of this name or with this ARN. */
export async function queueUrlOf(
  { sqs }: AwsContext,
  nameOrArn: string,
): Promise<string | undefined> {
  const name = nameOrArn.split(':').at(-1);
  const found = sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return (await unlessAbsent(NO_QUEUE, found))?.QueueUrl;
}
