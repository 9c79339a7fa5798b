/** The attributes of medical images stay in the upload: all that the built function writes, sends and logs is searched. */
import { inspect } from 'node:util';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { badMarkedFiles, MARKER, markedFile } from '@darkroom/decoder-dicom/testing';
import { startLocalStack } from '@darkroom/local';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Client, PATIENCE } from '../testing/client.ts';
import { eventBusAnswer, startReceiver, withEventBus } from '../testing/event-receiver.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { createWorkspace } from '../testing/workspace.ts';

const PIPELINE = {
  recipes: [
    {
      name: 'scans',
      match: { prefix: 'studies/' },
      formats: ['dicom', 'jpeg'],
      facts: ['resolution', 'minimum', 'maximum', 'histogram'],
      variants: [
        {
          name: 'frame',
          pages: 'all',
          steps: [{ metadata: { keep: ['exif', 'gps', 'xmp', 'icc'] } }, { encode: 'tiff' }],
        },
        { name: 'preview', steps: ['dhash', { encode: 'webp' }] },
      ],
    },
  ],
  events: {},
  logs: { level: 'DEBUG' },
  delivery: { outcomes: true },
  storage: { protect: false },
};

/** Accepts everything, and keeps what it receives. */
async function keep() {
  const bodies: string[] = [];
  const url = await startReceiver((body, headers) => {
    bodies.push(inspect(headers), body);
    return eventBusAnswer();
  });
  return { bodies, url };
}

test('no attribute reaches a manifest, an output, an event, a webhook, a dead letter, the console or a log', async () => {
  const [bus, webhook] = [await keep(), await keep()];
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack('e2e', PIPELINE);
  const logged: string[] = [];
  const stack = await startLocalStack(
    {
      ...{ workspace: workspace.directory, stack: 'e2e', dataDir: await directoryOfTest() },
      ...{ port: 0, awsPort: 0, strict: true },
      webhook: { url: webhook.url, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
    },
    {
      onFunctionLog: (line) => void logged.push(line),
      adjustLambda: withEventBus(bus.url),
    },
  );
  onTestFinished(() => stack.stop(10_000));
  const client = await Client.connect(stack.url);
  onTestFinished(() => client.close());

  const files = [['good', markedFile()] as const, ...badMarkedFiles()];
  const statuses: string[] = [];
  for (const [index, [, file]] of files.entries()) {
    expect(file.includes(MARKER)).toBe(true);
    const { status } = await client.uploadAndWait(`studies/${index}.dcm`, file);
    statuses.push(status);
  }
  await vi.waitFor(() => {
    for (const { bodies } of [bus, webhook])
      expect(bodies.filter((body) => body.includes('.dcm'))).toHaveLength(files.length);
  }, PATIENCE);

  const stored = await client.list(client.stack.processedBucket);
  const objects = await Promise.all([...stored.keys()].map((key) => client.read(key)));
  const letters = await client.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: client.stack.deadLetterQueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  const pages = await Promise.all(
    files.map(async (_, index) =>
      (await fetch(`${stack.url}/api/upload?key=studies/${index}.dcm`)).text(),
    ),
  );
  const searched = {
    outputs: objects.map((one) => one?.body.toString('latin1')),
    heads: objects.map((one) => inspect(one?.head.Metadata)),
    events: bus.bodies,
    webhook: webhook.bodies,
    'dead letters': letters.Messages ?? [],
    console: pages,
    log: logged,
  };
  expect(statuses.filter((status) => status === 'done').length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status === 'rejected').length).toBeGreaterThan(3);
  expect([...stored.keys()].some((key) => key.endsWith('frame-p1.tiff'))).toBe(true);
  expect(logged.length).toBeGreaterThan(files.length);
  const [name = ''] = MARKER.split('^');
  for (const [place, found] of Object.entries(searched))
    expect(inspect(found, { maxArrayLength: null, maxStringLength: null }), place).not.toContain(
      name,
    );
});
