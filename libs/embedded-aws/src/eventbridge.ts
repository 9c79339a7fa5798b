import { randomUUID } from 'node:crypto';

import type { Emulator, EventEntry } from './emulator.ts';

/** Upstream: no EventBridge. Here PutEvents succeeds. No rule receives the events, but the caller of the embedded AWS can. */
export function putEvents({ app, onEvent }: Emulator): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') return;
    const { Entries = [] } = request.body as { Entries?: readonly EventEntry[] };
    for (const entry of Entries) onEvent(entry);
    const answer = { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
    await reply.type('application/x-amz-json-1.1').send(JSON.stringify(answer));
  });
}
