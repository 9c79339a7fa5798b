import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { LiveStream } from './live.ts';
import type { Live } from './schemas.ts';

test('a stopped stream ignores a reading that ends later', async () => {
  const reading = Promise.withResolvers<Live | undefined>();
  const live = new LiveStream(() => reading.promise, 60_000);
  const app = Fastify();
  const ended = Promise.withResolvers<unknown>();
  app.get('/live', (_request, reply) => {
    reply.raw.on('error', ended.resolve).on('close', () => ended.resolve('closed'));
    live.add(reply);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/live`);
  live.stop();
  reading.resolve(undefined);
  expect(await response.text()).toBe('retry: 1000\n\n');
  expect(await ended.promise).toBe('closed');
  await app.close();
});
