import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, onTestFinished, test } from 'vitest';

import { startEmbeddedAws } from './start-embedded-aws.ts';

test('returns the parameters of the caller, with and without a version', async () => {
  const values = new Map([
    ['photos-webhook', '{"url":"猫"}'],
    ['a:1b', 'odd'],
  ]);
  const aws = await startEmbeddedAws({ port: 0, parameter: (name) => values.get(name) });
  onTestFinished(() => aws.stop());
  const client = new SSMClient({
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  onTestFinished(() => client.destroy());
  const valueOf = async (Name: string) =>
    (await client.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value;
  expect(await valueOf('photos-webhook')).toBe('{"url":"猫"}');
  expect(await valueOf('photos-webhook:12')).toBe('{"url":"猫"}');
  expect(await valueOf('a:1b')).toBe('odd');
  const { Parameter } = await client.send(new GetParameterCommand({ Name: 'photos-webhook:3' }));
  expect(Parameter).toMatchObject({ Name: 'photos-webhook', Type: 'SecureString' });
  await expect(valueOf('other')).rejects.toMatchObject({ name: 'ParameterNotFound' });
});
