import { parseWebhookReceiver, type SettingsInput } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { ACCOUNT, REGION } from './testing/provider.ts';
import { runWithMocks, statementsOf } from './testing/run-with-mocks.ts';

const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];
const webhook = {
  url: 'https://shop.example/hooks?token=hidden',
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};
const deploy = (
  settings: Omit<SettingsInput, 'recipes'>,
  config: Readonly<Record<string, string>> = {},
) =>
  runWithMocks(
    () => new ImagePipeline('photos', { recipes, ...settings, packageDir: import.meta.dirname }),
    { config },
  );
const queue = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:photos-${name}-0a1b2c3`;
const PARAMETER = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/photos-webhook-receiver-0a1b2c3`;

describe('with a webhook', async () => {
  const deployment = await deploy({ events: { webhook } });

  test('the resizer may send to its queue, and knows it', () => {
    expect(deployment.resource('photos-resizer').inputs['environment']).toMatchObject({
      variables: {
        DARKROOM_WEBHOOK_QUEUE_URL: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/photos-webhook-queue-0a1b2c3`,
      },
    });
    expect(statementsOf(deployment.resource('photos-role-policy').inputs)).toContainEqual({
      Sid: 'TellWebhook',
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Resource: [queue('webhook-queue')],
    });
  });

  test('the sender reads its queue, its parameter and nothing else', () => {
    const statements = statementsOf(deployment.resource('photos-webhook-role-policy').inputs);
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ChangeMessageVisibility',
        ],
        [queue('webhook-queue')],
      ],
      [['ssm:GetParameter'], [PARAMETER]],
      [
        ['logs:CreateLogStream', 'logs:PutLogEvents'],
        [`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:photos-logs-webhook-0a1b2c3:*`],
      ],
    ]);
  });

  test('URL and secret are in an encrypted parameter only', () => {
    const { inputs, secrets } = deployment.resource('photos-webhook-receiver');
    expect(secrets).toEqual(['value']);
    expect(inputs['type']).toBe('SecureString');
    expect(parseWebhookReceiver(inputs['value'] as string)).toEqual(webhook);
    const others = deployment.resources.filter(({ type }) => !type.startsWith('aws:ssm/'));
    expect(JSON.stringify(others)).not.toMatch(/whsec_|token=hidden/);
    const sender = deployment.resource('photos-webhook-sender');
    // A new version starts the function anew, with the new secret.
    expect(sender.inputs['environment']).toMatchObject({
      variables: { DARKROOM_WEBHOOK_RECEIVER: 'photos-webhook-receiver-0a1b2c3:1' },
    });
  });

  test('an event that no attempt delivers is kept for two weeks, with an alarm', () => {
    const redrive = deployment.resource('photos-webhook-queue').inputs['redrivePolicy'] as string;
    expect(JSON.parse(redrive)).toEqual({
      deadLetterTargetArn: queue('webhook-dead-letters'),
      maxReceiveCount: 8,
    });
    const { inputs } = deployment.resource('photos-webhook-dead-letters');
    expect(inputs['messageRetentionSeconds']).toBe(1_209_600);
    for (const [alarm, name] of [
      ['webhook-dead-letters', 'photos-webhook-dead-letters-0a1b2c3'],
      ['webhook-late', 'photos-webhook-queue-0a1b2c3'],
    ])
      expect(deployment.resource(`photos-alarm-${alarm}`).inputs['metricQueries']).toMatchObject([
        { metric: { namespace: 'AWS/SQS', dimensions: { QueueName: name } } },
      ]);
  });
});

test('a key of the stack encrypts its queues, logs and parameter', async () => {
  const deployment = await deploy({ events: { webhook }, encryption: { kms: true } });
  const key = expect.stringContaining(':key/') as string;
  expect(deployment.resource('photos-webhook-queue').inputs['kmsMasterKeyId']).toEqual(key);
  expect(deployment.resource('photos-webhook-dead-letters').inputs['kmsMasterKeyId']).toEqual(key);
  expect(deployment.resource('photos-logs-webhook').inputs['kmsKeyId']).toEqual(key);
  const parameter = deployment.resource('photos-webhook-receiver');
  expect(parameter.inputs['keyId']).toEqual(key);
  expect(statementsOf(deployment.resource('photos-webhook-role-policy').inputs)).toContainEqual(
    expect.objectContaining({ Sid: 'UseKey' }),
  );
});

test('a URL of this machine is for a local run', async () => {
  const url = 'http://127.0.0.1:3000/hooks';
  await expect(deploy({ events: { webhook: { ...webhook, url } } })).rejects.toThrow(
    'events.webhook.url: http:// is for a local run only',
  );
  const local = await deploy(
    { events: { webhook: { ...webhook, url } } },
    { 'darkroom:packageTarget': 'host' },
  );
  expect(local.resource('photos-webhook-trigger')).toBeDefined();
});

test('without a webhook, nothing of it exists', async () => {
  const { resources } = await deploy({ events: {} });
  expect(resources.filter(({ name }) => name.includes('webhook'))).toEqual([]);
});
