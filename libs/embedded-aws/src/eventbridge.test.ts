import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';

import { startEmbeddedAws } from './start-embedded-aws.ts';

test('accepts events and passes them on', async () => {
  const received: unknown[] = [];
  const aws = await startEmbeddedAws({ port: 0, onEvent: (event) => received.push(event) });
  const client = new EventBridgeClient({
    endpoint: aws.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const entry = { Source: 'shop', DetailType: 'ImageProcessed', Detail: '{"key":"猫.jpg"}' };
  const answer = await client.send(new PutEventsCommand({ Entries: [entry, entry] }));
  expect(answer.FailedEntryCount).toBe(0);
  expect(answer.Entries).toEqual([
    { EventId: expect.any(String) },
    { EventId: expect.any(String) },
  ]);
  expect(received).toEqual([entry, entry]);
  client.destroy();
  await aws.stop();
});
