import { randomUUID } from 'node:crypto';

import type { Emulator } from './emulator.ts';

/**
 * Upstream: no EventBridge. Here PutEvents succeeds and drops the events, which lets functions that
 * send events run.
 */
export function putEvents({ app }: Emulator): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') return;
    const { body } = request;
    const text = Buffer.isBuffer(body) || typeof body === 'string' ? body.toString() : undefined;
    const { Entries = [] } = (text === undefined ? body : JSON.parse(text)) as {
      Entries?: readonly unknown[];
    };
    const answer = { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
    await reply.type('application/x-amz-json-1.1').send(JSON.stringify(answer));
  });
}
