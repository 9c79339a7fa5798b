import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OutcomeEvent } from '@darkroom/pipeline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OutcomeStream } from './live.ts';
import type { Activity, StackInfo } from './schemas.ts';
import { startApi, type Api } from './start-api.ts';
import { exampleStack } from './testing/example-stack.ts';

let folder: string;
let consoleDir: string;
const running: Api[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-api-'));
  consoleDir = path.join(folder, 'dist');
  await mkdir(path.join(consoleDir, 'icons'), { recursive: true });
  await writeFile(path.join(consoleDir, 'index.html'), '<!doctype html><title>Darkroom</title>');
  await writeFile(path.join(consoleDir, 'app.js'), 'export {};');
  await writeFile(path.join(consoleDir, '.env'), 'SECRET=1');
  await writeFile(path.join(folder, 'outside.txt'), 'outside');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.stop()));
});

async function start(stack: () => StackInfo | undefined = exampleStack, port = 0): Promise<Api> {
  const api = await startApi({ port, host: '127.0.0.1', consoleDir, stack, activity });
  running.push(api);
  return api;
}

const activity = (minutes: number, key: string | undefined): Activity => ({
  outcomes: { DONE: minutes },
  events: key === undefined ? [] : [{ at: 1, message: 'done', key }],
  running: 0,
  oldestMessage: null,
});

/** `fetch` does not let callers choose the Host header, and resolves `..` before the request. */
function ask(api: Api, target: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: api.port, path: target, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('GET /api/stack', () => {
  test('is 503 until everything is ready, then 200 with the stack', async () => {
    let info: StackInfo | undefined = undefined;
    const api = await start(() => info);

    const before = await fetch(`${api.url}/api/stack`);
    expect(before.status).toBe(503);
    expect(await before.json()).toEqual({ status: 'starting' });

    info = exampleStack();
    const after = await fetch(`${api.url}/api/stack`);
    expect(after.status).toBe(200);
    expect(after.headers.get('content-type')).toMatch(/^application\/json/);
    expect(after.headers.get('cache-control')).toBe('no-store');
    expect(await after.json()).toEqual({ ...exampleStack(), writable: true });
  });

  test('is no business of other origins', async () => {
    const api = await start();
    const response = await fetch(`${api.url}/api/stack`, {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test.each(['/api', '/api/', '/api/nothing', '/api/stack/more'])('%s is 404 JSON', async (at) => {
    const api = await start();
    const response = await fetch(api.url + at);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('GET /api/activity has the outcomes of the latest minutes, and the events of a key', async () => {
  const api = await start();
  const response = await fetch(`${api.url}/api/activity?minutes=5&key=a%2Fb.jpg`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toMatchObject({
    outcomes: { DONE: 5 },
    events: [{ message: 'done', key: 'a/b.jpg' }],
  });
  expect((await fetch(`${api.url}/api/activity?minutes=soon`)).status).toBe(400);
});

describe('the console', () => {
  test('is served at the root, revalidated at every load', async () => {
    const api = await start();
    const page = await fetch(`${api.url}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(await page.text()).toContain('Darkroom');
    const script = await fetch(`${api.url}/app.js`);
    expect(script.headers.get('content-type')).toMatch(/javascript/);
    expect(script.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('gets a policy that lets it reach its own origin and nothing else', async () => {
    const api = await start();
    const policy = async () =>
      (await fetch(`${api.url}/`)).headers.get('content-security-policy') ?? '';

    expect(await policy()).toContain("connect-src 'self';");
    expect(await policy()).toContain("script-src 'self';");
    expect(await policy()).toContain("img-src 'self' data: blob:;");
    expect(await policy()).toContain("default-src 'none'");
    expect(await policy()).not.toContain('unsafe');
  });

  test.each([
    '/icons/',
    '/icons',
    '/.env',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
  ])('%s is not to be had', async (target) => {
    const api = await start();
    expect(await ask(api, target)).toBeGreaterThanOrEqual(400);
  });
});

describe('where it listens', () => {
  test.each([
    ['127.0.0.1', 200],
    ['localhost:4400', 200],
    ['LOCALHOST', 200],
    ['elsewhere.example', 403],
    ['elsewhere.example:4400', 403],
    ['127.0.0.1.elsewhere.example', 403],
    ['localhost@elsewhere.example', 403],
  ])('Host %s is answered with %i', async (host, status) => {
    const api = await start();
    expect(await ask(api, '/api/stack', { host })).toBe(status);
    expect(await ask(api, '/', { host })).toBe(status);
  });

  test('a taken port is EADDRINUSE', async () => {
    const first = await start();
    await expect(start(exampleStack, first.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('a stopped one leaves the port free, with clients connected too', async () => {
    const first = await start();
    await fetch(`${first.url}/`);
    await first.stop();
    const second = await start(exampleStack, first.port);
    expect((await fetch(`${second.url}/api/stack`)).status).toBe(200);
  });
});

test('GET /api/outcomes streams events as they occur', async () => {
  const outcomes = new OutcomeStream();
  const api = await startApi({
    port: 0,
    host: '127.0.0.1',
    consoleDir,
    stack: exampleStack,
    outcomes,
  });
  running.push(api);
  const eventOf = (eventId: string): OutcomeEvent => ({
    source: 'darkroom',
    'detail-type': 'ImageRemoved',
    resources: ['arn:aws:s3:::processed/uploads/猫.jpg/manifest.json'],
    detail: {
      version: 1,
      status: 'removed',
      source: { bucket: 'source', key: 'uploads/猫.jpg' },
      eventId,
      eventTime: '2026-01-02T03:04:05.000Z',
    },
  });
  outcomes.send(eventOf('e1'));
  const response = await fetch(`${api.url}/api/outcomes`);
  outcomes.send(eventOf('e2'));
  await api.stop();
  // Without the event from before the connection. The end of the server ends the stream.
  const [head, first, ...rest] = (await response.text()).split('\n\n');
  expect(head).toBe('retry: 1000');
  const data = JSON.stringify(eventOf('e2'));
  expect(first).toBe(`id: e2\nevent: ImageRemoved\ndata: ${data}`);
  expect(rest).toEqual(['']);
});
