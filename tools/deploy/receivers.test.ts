import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseSettings } from '@darkroom/pipeline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { pendingReceivers } from './receivers.ts';

const recipes = [{ name: 'r', variants: [{ name: 'v', steps: [{ resize: { width: 16 } }] }] }];
const file = { region: 'eu-west-1', settings: parseSettings({ recipes }, 'the test') };
const outputs = {
  ...{ sourceBucket: 's', processedBucket: 'p', queueUrl: 'q', deadLetterQueueUrl: 'd' },
  ...{ functionName: 'f', dashboardUrl: 'u', alarmTopicArn: 'arn:aws:sns:eu-west-1:1:alarms' },
};
const member = (arn: string, protocol: string, endpoint: string) =>
  `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint></member>`;

/** SNS that gives this answer. https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
async function sns(status: number, body: string): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
}

test('lists receivers that have not confirmed, without the URL of an https one', async () => {
  const members = [
    member('PendingConfirmation', 'email', 'ops@example.org'),
    member('arn:aws:sns:eu-west-1:1:alarms:2', 'email', 'lead@example.org'),
    member('PendingConfirmation', 'https', 'https://alerts.example.org/token'),
  ];
  await sns(
    200,
    `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  );
  expect(await pendingReceivers(file, outputs)).toEqual([
    expect.stringMatching(/^! ops@example\.org has not confirmed/),
    expect.stringMatching(/^! an https receiver has not confirmed/),
  ]);
});

test('says why SNS does not list them, and does not fail', async () => {
  await sns(
    403,
    '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not authorized: SNS:ListSubscriptionsByTopic</Message></Error></ErrorResponse>',
  );
  expect(await pendingReceivers(file, outputs)).toEqual([
    expect.stringContaining('not authorized: SNS:ListSubscriptionsByTopic'),
  ]);
});
