/** Outcome events of the built function. None is lost while the event bus refuses them. */
import { outcomeEventSchema, type OutcomeEvent } from '@darkroom/pipeline';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startLocalStack } from '@darkroom/local';
import { Client, PATIENCE } from '../testing/client.ts';
import { eventBusAnswer, startReceiver, withEventBus } from '../testing/event-receiver.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Resources: string[];
}

/** An event bus of this test; it refuses the next `refuses` events. */
async function startBus() {
  const bus = { refuses: 0, events: [] as OutcomeEvent[] };
  const url = await startReceiver((body) => {
    const [entry] = (JSON.parse(body) as { Entries: [Entry] }).Entries;
    const isRefused = bus.refuses-- > 0;
    if (!isRefused)
      bus.events.push(
        outcomeEventSchema.parse({
          source: entry.Source,
          'detail-type': entry.DetailType,
          resources: entry.Resources,
          detail: JSON.parse(entry.Detail) as unknown,
        }),
      );
    return eventBusAnswer(isRefused);
  });
  return Object.assign(bus, { url });
}

test('sends an event with the manifest for every outcome, although the bus refuses the first', async () => {
  const bus = await startBus();
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack('e2e', smallPipeline(8, { events: {} }));
  const stack = await startLocalStack(
    {
      ...{ workspace: workspace.directory, stack: 'e2e', dataDir: await directoryOfTest() },
      ...{ port: 0, awsPort: 0, strict: true },
    },
    {
      adjustLambda: withEventBus(bus.url),
    },
  );
  onTestFinished(() => stack.stop(10_000));
  const client = await Client.connect(stack.url);
  onTestFinished(() => client.close());

  bus.refuses = 1;
  const picture = await sharp({ create: { width: 16, height: 12, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  await client.upload('uploads/a.png', picture);
  await client.upload('uploads/b.png', 'no picture');
  await vi.waitFor(() => {
    const sent = new Map(
      bus.events.map((event) => [event.detail.source.key, event['detail-type']]),
    );
    expect(sent.get('uploads/a.png')).toBe('ImageProcessed');
    expect(sent.get('uploads/b.png')).toBe('ImageRejected');
  }, PATIENCE);
  const event = bus.events.find(({ detail }) => detail.source.key === 'uploads/a.png');
  expect(event?.detail).toEqual({
    ...(await client.manifestOf('uploads/a.png')),
    eventId: expect.any(String),
    eventTime: expect.any(String),
  });
  expect(event?.resources).toEqual([
    `arn:aws:s3:::${client.stack.processedBucket}/uploads/a.png/manifest.json`,
  ]);
});
