import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type OutcomeEvent, WEBHOOK } from '@darkroom/pipeline';
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deliver, DeliveryError, retryDelay } from './webhook-delivery.ts';
import { formatWebhookMessage, parseWebhookMessage } from './webhook-message.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KEY = 'uploads/günther söhne.jpg';
const event: OutcomeEvent = {
  source: 'darkroom',
  'detail-type': 'ImageRemoved',
  resources: ['arn:aws:s3:::processed/manifest.json'],
  detail: {
    version: 1,
    status: 'removed',
    source: { bucket: 'source', key: KEY },
    eventId: 'e1',
    eventTime: '2026-01-02T03:04:05.000Z',
  },
};
const message = parseWebhookMessage(formatWebhookMessage(event));

/** A receiver on this machine. */
async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** @param status of each answer, the last one for all further requests */
async function receiver(...status: number[]) {
  const received: Received[] = [];
  const url = await listen((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response
        .writeHead(status[received.length - 1] ?? status.at(-1) ?? 204)
        .end('x'.repeat(100_000));
    });
  });
  return { url: `${url}/hooks?token=hidden`, received };
}

const failure = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeliveryError);
  return error as DeliveryError;
};

test('the receiver verifies the event with the library and the secret', async () => {
  const { url, received } = await receiver(200);
  await deliver(message, { url, secret: SECRET });
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  expect(new Webhook(SECRET).verify(body, headers)).toEqual({
    type: 'image.removed',
    timestamp: '2026-01-02T03:04:05.000Z',
    data: {
      version: 1,
      status: 'removed',
      source: { bucket: 'source', key: KEY },
      manifest: 'arn:aws:s3:::processed/manifest.json',
    },
  });
  expect(headers).toMatchObject({
    ...{ 'webhook-id': 'e1', 'content-type': 'application/json', 'user-agent': 'Darkroom' },
  });
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(() => new Webhook(other).verify(body, headers)).toThrow('No matching signature');
});

test('signs each attempt with its own time, and keeps the id', async () => {
  const { url, received } = await receiver(500, 200);
  await failure(deliver(message, { url, secret: SECRET }));
  const now = Math.floor(Date.now() / 1000);
  await deliver(message, { url, secret: SECRET });
  const [first, second] = received;
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThanOrEqual(now);
  // The time of the event is years ago. A receiver accepts five minutes.
  expect(() => new Webhook(SECRET).verify(second?.body ?? '', second?.headers ?? {})).not.toThrow();
});

describe('an event that is not accepted is an error without the secret parts of the URL', () => {
  test.each([301, 302, 307, 400, 401, 404, 410, 429, 500, 503])('status %d', async (status) => {
    const { url } = await receiver(status);
    const error = await failure(deliver(message, { url, secret: SECRET }));
    expect(error.code).toBe('RECEIVER_REFUSED');
    expect(error.message).toBe(`${new URL(url).origin} answers with status ${status}`);
  });

  test('a redirect to another server, which receives nothing', async () => {
    const target = await receiver(200);
    const url = await listen((_request, response) => {
      response.writeHead(307, { location: target.url }).end();
    });
    const error = await failure(deliver(message, { url, secret: SECRET }));
    expect(error.message).toContain('status 307');
    expect(target.received).toEqual([]);
  });

  test('no answer in time', async () => {
    const url = await listen(() => undefined);
    const error = await failure(deliver(message, { url, secret: SECRET }, 50));
    expect(error.code).toBe('RECEIVER_UNREACHABLE');
    expect(error.message).toBe(`${url} does not answer: TimeoutError`);
  });

  test('no server', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.close();
    await once(server, 'close');
    const url = `${origin}/hooks?token=hidden`;
    const error = await failure(deliver(message, { url, secret: SECRET }));
    expect(error.code).toBe('RECEIVER_UNREACHABLE');
    expect(error.message).toBe(`${origin} does not answer: ECONNREFUSED`);
    expect(error).toMatchObject({ name: 'DeliveryError', cause: expect.any(Error) as Error });
  });
});

test('retries for more than a day, within the limits of SQS, and then not at all', () => {
  const delays = WEBHOOK.delays.map((_delay, index) => retryDelay(index + 1, 0.5));
  expect(delays).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 36_000]);
  // A fifth less and a fifth more.
  expect([retryDelay(2, 0), retryDelay(2, 0.999)]).toEqual([240, 360]);
  const longest = WEBHOOK.delays.map((_delay, index) => retryDelay(index + 1, 0.999));
  expect(Math.max(...longest)).toBeLessThanOrEqual(12 * 3600);
  expect(longest.reduce((sum, delay) => sum + delay)).toBeLessThan(WEBHOOK.retention);
  expect(retryDelay(WEBHOOK.delays.length + 1, 0.5)).toBe(0);
});

const { payload } = message;
test.each([
  ...['', '{}', '{"id":"e1"}', 'null'],
  JSON.stringify({ id: 'e1', payload: { ...payload, data: {} } }),
  JSON.stringify({ id: 'e1', payload: { ...payload, data: { source: {} } } }),
])('does not accept %j as a message', (body) => {
  expect(() => parseWebhookMessage(body)).toThrow();
});
