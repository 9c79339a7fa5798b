import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { reasonOf } from './deploy-error.ts';
import type { Outputs } from './pulumi.ts';
import { clientConfig, type StackFile } from './stack-file.ts';

/**
 * Alarms reach only receivers that have confirmed their subscription.
 *
 * @returns lines for people: receivers that have not, or why SNS did not list them
 */
export async function pendingReceivers(
  file: StackFile,
  { alarmTopicArn: TopicArn }: Outputs,
): Promise<string[]> {
  if (TopicArn === undefined) return [];
  const lines: string[] = [];
  try {
    const client = new SNSClient(clientConfig(file));
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
      { client },
      { TopicArn },
    ))
      for (const { SubscriptionArn, Protocol, Endpoint } of Subscriptions)
        if (SubscriptionArn === 'PendingConfirmation')
          lines.push(
            `! ${Protocol === 'email' ? Endpoint : 'an https receiver'} has not confirmed its subscription, and gets no alarms until it does`,
          );
    return lines;
  } catch (error) {
    return [`! SNS does not list the receivers of alarms: ${reasonOf(error)}`];
  }
}
