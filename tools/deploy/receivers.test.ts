import { parseSettings } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { pendingReceivers } from './receivers.ts';
import { fakeAccount } from './testing/fake-account.ts';

const recipes = [{ name: 'r', variants: [{ name: 'v', steps: [{ resize: { width: 16 } }] }] }];
const file = { region: 'eu-west-1', settings: parseSettings({ recipes }, 'the test') };
const outputs = {
  ...{ sourceBucket: 's', processedBucket: 'p', queueUrl: 'q', deadLetterQueueUrl: 'd' },
  ...{ functionName: 'f', dashboardUrl: 'u', alarmTopicArn: 'arn:aws:sns:eu-west-1:1:alarms' },
};

test('lists receivers that have not confirmed, without the URL of an https one', async () => {
  await fakeAccount({
    subscriptions: [
      ['PendingConfirmation', 'email', 'ops@example.org'],
      ['arn:aws:sns:eu-west-1:1:alarms:2', 'email', 'lead@example.org'],
      ['PendingConfirmation', 'https', 'https://alerts.example.org/token'],
    ],
  });
  expect(await pendingReceivers(file, outputs)).toEqual([
    expect.stringMatching(/^! ops@example\.org has not confirmed/),
    expect.stringMatching(/^! an https receiver has not confirmed/),
  ]);
});

test('says why SNS does not list them, and does not fail', async () => {
  await fakeAccount({ subscriptions: undefined });
  expect(await pendingReceivers(file, outputs)).toEqual([
    expect.stringContaining(': not authorized: SNS:ListSubscriptionsByTopic'),
  ]);
});

test('asks nothing without a topic', async () => {
  const { signed } = await fakeAccount();
  const { alarmTopicArn: _, ...withoutTopic } = outputs;
  expect(await pendingReceivers(file, withoutTopic)).toEqual([]);
  expect(await pendingReceivers(file, outputs)).toEqual([]);
  expect(signed).toEqual(['test eu-west-1 sns']);
});
