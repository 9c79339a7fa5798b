/** The webhook of the built functions: what a receiver sees while it is down, and after that. */
import { startLocalStack } from '@darkroom/local';
import { outcomeEventSchema, type OutcomeEvent } from '@darkroom/pipeline';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Client, PATIENCE } from '../testing/client.ts';
import { startReceiver } from '../testing/event-receiver.ts';
import { picture } from '../testing/pictures.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly source: { readonly key: string } };
}

/** Verifies each request, and refuses the first `refuses` of them. */
async function startWebhook() {
  const state = { refuses: 0, refused: [] as string[], accepted: [] as Delivery[] };
  const url = await startReceiver((body, received) => {
    const headers = received as Record<string, string>;
    const id = headers['webhook-id'] ?? '';
    const payload = new Webhook(SECRET).verify(body, headers) as Omit<Delivery, 'id'>;
    const isRefused = state.refuses-- > 0;
    if (isRefused) state.refused.push(id);
    else state.accepted.push({ ...payload, id });
    return { status: isRefused ? 503 : 204 };
  });
  return Object.assign(state, { url: `${url}/hooks` });
}

/** Events of the console's stream, until the test ends. */
async function streamOf(consoleUrl: string): Promise<OutcomeEvent[]> {
  const events: OutcomeEvent[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const { body, headers } = await fetch(`${consoleUrl}/api/outcomes`, { signal: stop.signal });
  expect(headers.get('content-type')).toBe('text/event-stream');
  void (async () => {
    let rest = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const data = /^data: (?<json>.*)$/m.exec(part)?.groups?.['json'];
        if (data !== undefined) events.push(outcomeEventSchema.parse(JSON.parse(data)));
      }
    }
  })().catch(() => undefined);
  return events;
}

test('the webhook and the stream receive each outcome, although the webhook refuses at first', async () => {
  const receiver = await startWebhook();
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack('e2e', smallPipeline(8));
  const stack = await startLocalStack({
    ...{ workspace: workspace.directory, stack: 'e2e', dataDir: await directoryOfTest() },
    ...{ port: 0, awsPort: 0, strict: true },
    webhook: { url: receiver.url, secret: SECRET },
  });
  onTestFinished(() => stack.stop(10_000));
  const client = await Client.connect(stack.url);
  onTestFinished(() => client.close());
  const streamed = await streamOf(stack.url);

  receiver.refuses = 1;
  await client.upload('uploads/a.png', await picture({ format: 'png' }));
  await vi.waitFor(() => expect(receiver.accepted).toHaveLength(1), PATIENCE);
  await client.upload('uploads/b.png', 'no picture');
  await vi.waitFor(() => expect(receiver.accepted).toHaveLength(2), PATIENCE);
  await client.remove('uploads/a.png');
  await vi.waitFor(() => expect(receiver.accepted).toHaveLength(3), PATIENCE);

  expect(receiver.accepted.map(({ type, data }) => [type, data.source.key])).toEqual([
    ['image.processed', 'uploads/a.png'],
    ['image.rejected', 'uploads/b.png'],
    ['image.removed', 'uploads/a.png'],
  ]);
  // The refused attempt was one at the first event.
  expect(receiver.refused).toEqual([receiver.accepted[0]?.id]);
  await vi.waitFor(() => expect(streamed).toHaveLength(3), PATIENCE);
  expect(streamed.map((event) => [event['detail-type'], event.detail.eventId])).toEqual([
    ['ImageProcessed', receiver.accepted[0]?.id],
    ['ImageRejected', receiver.accepted[1]?.id],
    ['ImageRemoved', receiver.accepted[2]?.id],
  ]);
});
