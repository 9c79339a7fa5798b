/** The example of a worker: what it keeps of events that repeat, arrive in another order, or are not Darkroom's. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { parseEnv } from 'node:util';
import { startLocalStack } from '@darkroom/local';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Client, PATIENCE } from '../testing/client.ts';
import { picture } from '../testing/pictures.ts';
import { directoryOfTest, temporaryDirectory } from '../testing/running-stack.ts';
import { CHECKOUT, createWorkspace, smallPipeline } from '../testing/workspace.ts';

const EXAMPLE = path.join(CHECKOUT, 'examples/webhook-worker');

let secret: string;
let file: string;
let worker: ChildProcess;
let url: string;
let database: DatabaseSync;

/** @param port of an earlier start, or 0 for a free one */
async function startWorker(port = '0'): Promise<void> {
  worker = spawn(process.execPath, [path.join(EXAMPLE, 'worker.js')], {
    env: { ...process.env, DARKROOM_WEBHOOK_SECRET: secret, DATABASE: file, PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: worker.stdout ?? process.stdin });
  [url] = (await once(lines, 'line')) as [string];
}

async function stopWorker(): Promise<void> {
  const exited = once(worker, 'exit');
  worker.kill();
  await exited;
}

beforeAll(async () => {
  const variables = parseEnv(await readFile(path.join(EXAMPLE, 'example.env'), 'utf8'));
  secret = variables['DARKROOM_WEBHOOK_SECRET'] ?? '';
  file = path.join(await temporaryDirectory(), 'pictures.db');
  await startWorker();
  database = new DatabaseSync(file, { readOnly: true });
});
afterAll(async () => {
  database.close();
  await stopWorker();
});

const stateOf = (key: string) => {
  const row = database
    .prepare('SELECT status, code, variants FROM pictures WHERE key = ?')
    .get(key);
  return row && { ...row };
};

interface Sent {
  readonly id: string;
  readonly key: string;
  readonly status: string;
  readonly minute: number;
  readonly rest?: object;
}

/** Sends an event as Darkroom does. @returns the status of the answer */
async function send(
  { id, key, status, minute, rest }: Sent,
  { secret: used = secret, changed = '' } = {},
): Promise<number> {
  const timestamp = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const data = { version: 1, status, source: { bucket: 'source', key }, ...rest };
  const body = JSON.stringify({ type: `image.${status}`, timestamp, data });
  const now = new Date();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(used).sign(id, now, body),
    },
    body: body + changed,
  });
  return response.status;
}

test('applies an event once, and keeps the newest state whatever the order', async () => {
  const key = 'uploads/a.jpg';
  const outputs = [{ variant: 'thumb' }, { variant: 'w640' }];
  const processed = { id: '1', key, status: 'done', minute: 1, rest: { outputs } };
  expect(await send(processed)).toBe(204);
  expect(stateOf(key)).toEqual({ status: 'done', code: null, variants: 'thumb w640' });
  // The removal is newer, although an older rejection arrives after it.
  expect(await send({ id: '3', key, status: 'removed', minute: 3 })).toBe(204);
  const error = { code: 'CORRUPT_IMAGE' };
  expect(await send({ id: '2', key, status: 'rejected', minute: 2, rest: { error } })).toBe(204);
  expect(await send(processed)).toBe(204);
  expect(stateOf(key)).toEqual({ status: 'removed', code: null, variants: '' });
  expect(database.prepare('SELECT id FROM events ORDER BY id').all()).toMatchObject([
    { id: '1' },
    { id: '2' },
    { id: '3' },
  ]);
});

test('accepts only what Darkroom has signed', async () => {
  const key = 'uploads/forged.jpg';
  const event = { id: 'forged', key, status: 'removed', minute: 1 };
  const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  expect(await send(event, { secret: other })).toBe(401);
  expect(await send(event, { changed: ' ' })).toBe(401);
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  expect((await fetch(url, { method: 'POST', body: 'x'.repeat(600_000) })).status).toBe(413);
  expect((await fetch(url)).status).toBe(404);
  expect(stateOf(key)).toBeUndefined();
});

/** A local stack that sends its events to the worker. @param log receives the lines of the functions */
async function connectStack(log: object[] = []): Promise<Client> {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack('worker', smallPipeline(8));
  const stack = await startLocalStack(
    {
      ...{ workspace: workspace.directory, stack: 'worker', dataDir: await directoryOfTest() },
      ...{ port: 0, awsPort: 0, strict: true },
      webhook: { url, secret },
    },
    { onFunctionLog: (line) => void log.push(JSON.parse(line) as object) },
  );
  onTestFinished(() => stack.stop(10_000));
  const client = await Client.connect(stack.url);
  onTestFinished(() => client.close());
  return client;
}

test('receives the outcomes of the local stack', async () => {
  const client = await connectStack();
  await client.upload('uploads/b.png', await picture({ format: 'png' }));
  await vi.waitFor(() => expect(stateOf('uploads/b.png')?.status).toBe('done'), PATIENCE);

  await client.upload('uploads/c.png', 'no picture');
  await client.remove('uploads/b.png');
  await vi.waitFor(() => {
    expect(stateOf('uploads/b.png')?.status).toBe('removed');
    expect(stateOf('uploads/c.png')).toMatchObject({
      status: 'rejected',
      code: 'UNSUPPORTED_FORMAT',
    });
  }, PATIENCE);
});

test('receives what happened while it was down', async () => {
  const key = 'uploads/é #1 & "2"+%20.png';
  const log: object[] = [];
  const client = await connectStack(log);
  await stopWorker();
  await client.upload(key, 'no picture');
  await vi.waitFor(() => {
    expect(log).toContainEqual(
      expect.objectContaining({
        ...{ message: 'event not delivered', type: 'image.rejected', key, attempt: 1 },
        error: expect.objectContaining({
          message: `${new URL(url).origin} does not answer: ECONNREFUSED`,
        }),
      }),
    );
  }, PATIENCE);

  // Usually in time for the second attempt, after 4 to 6 seconds. The third comes 5 minutes later.
  const patience = { ...PATIENCE, timeout: 2 * PATIENCE.timeout };
  await startWorker(new URL(url).port);
  await vi.waitFor(() => expect(stateOf(key)?.status).toBe('rejected'), patience);
  const attempt = expect.toSatisfy((number: number) => number > 1) as number;
  const delivered = { message: 'event delivered', type: 'image.rejected', key, attempt };
  await vi.waitFor(() => expect(log).toContainEqual(expect.objectContaining(delivered)), PATIENCE);
});
