/** Each fault as the client and the server see it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Fault } from './faults.ts';
import { FaultProxy } from './fault-proxy.ts';

const OBJECT = 'the bytes of an object';

let server: Server;
let endpoint: string;
/** What reached the server: method and body. */
let done: string[];
let proxy: FaultProxy;
let fault: Fault | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      done.push(`${request.method} ${Buffer.concat(chunks).toString()}`);
      response.setHeader('etag', '"e"').end(request.method === 'GET' ? OBJECT : undefined);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

beforeEach(async () => {
  done = [];
  fault = undefined;
  proxy = await FaultProxy.start({ next: () => fault && { kind: fault, size: 0.5 } });
  proxy.connect(endpoint, { sourceBucket: 'source', processedBucket: 'processed' });
});

afterEach(() => proxy.stop());

const send = (method: string, body?: string) =>
  fetch(`${proxy.endpoint('function')}/source/a%20key`, { method, ...(body && { body }) });

test('without a fault everything passes as it is', async () => {
  const response = await send('GET');
  expect(await response.text()).toBe(OBJECT);
  expect(response.headers.get('etag')).toBe('"e"');
  await send('PUT', 'body');
  expect((await send('HEAD')).headers.get('etag')).toBe('"e"');
  expect(done).toEqual(['GET ', 'PUT body', 'HEAD ']);
  expect([...proxy.journal.faults()]).toEqual([]);
  expect(proxy.journal.about('a key')).toHaveLength(3);
});

test.each<[Fault, number, string]>([
  ['slow-down', 503, 'SlowDown'],
  ['internal-error', 500, 'InternalError'],
  ['conflict', 409, 'ConditionalRequestConflict'],
  ['precondition-failed', 412, 'PreconditionFailed'],
])('%s is an answer, and nothing was done', async (kind, status, code) => {
  fault = kind;
  const response = await send('PUT', 'body');
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(`<Code>${code}</Code>`);
  expect(done).toEqual([]);
});

test('request-reset breaks the connection, and nothing was done', async () => {
  fault = 'request-reset';
  await expect(send('PUT', 'body')).rejects.toThrow();
  expect(done).toEqual([]);
});

test('response-lost breaks the connection, and the write was done', async () => {
  fault = 'response-lost';
  await expect(send('PUT', 'body')).rejects.toThrow();
  expect(done).toEqual(['PUT body']);
});

test.each<Fault>(['response-reset', 'response-truncated'])(
  '%s ends in the middle of the body, and the client sees it',
  async (kind) => {
    fault = kind;
    const response = await send('GET');
    expect(response.headers.get('content-length')).toBe(String(OBJECT.length));
    await expect(response.text()).rejects.toThrow();
  },
);

test('response-shortened and response-corrupted look valid without a checksum', async () => {
  fault = 'response-shortened';
  expect(await (await send('GET')).text()).toBe(OBJECT.slice(0, OBJECT.length / 2));
  fault = 'response-corrupted';
  const corrupted = await (await send('GET')).text();
  expect(corrupted).toHaveLength(OBJECT.length);
  expect(corrupted).not.toBe(OBJECT);
  expect([...proxy.journal.faults()]).toEqual([
    ['response-shortened', 1],
    ['response-corrupted', 1],
  ]);
});

test('request-corrupted changes what arrives', async () => {
  fault = 'request-corrupted';
  await send('PUT', 'body');
  expect(done).toEqual([`PUT bo${String.fromCharCode('d'.charCodeAt(0) ^ 0x55)}y`]);
});

test('while nothing is behind it, connections break', async () => {
  proxy.connect(undefined);
  await expect(send('GET')).rejects.toThrow();
  proxy.connect(endpoint);
  expect((await send('GET')).status).toBe(200);
});

test('a request that is held and comes late is done, although its sender is gone', async () => {
  const hold = proxy.holds.add(({ operation }) => operation === 'PutObject', { late: true });
  const sender = new AbortController();
  const url = `${proxy.endpoint('function')}/source/held`;
  const sent = fetch(url, { method: 'PUT', body: 'late', signal: sender.signal });
  expect(await hold.reached).toMatchObject({ place: 'source', key: 'held' });
  sender.abort();
  await expect(sent).rejects.toThrow();
  expect(done).toEqual([]);
  hold.release();
  await vi.waitFor(() => expect(done).toEqual(['PUT late']), { timeout: 60_000 });
});
