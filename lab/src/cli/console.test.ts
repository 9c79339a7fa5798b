/** `darkroom console` of a stack that is not the local one: the embedded AWS, named by its buckets and queues. */
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { run } from '@darkroom/cli';
import { formatMessage } from '@darkroom/events';
import { formatManifest, outputKeys, recipeHash } from '@darkroom/pipeline';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { darkroom } from './darkroom.ts';
import { recipe, settings, startNamedStack } from './named-stack.ts';

let stack: Awaited<ReturnType<typeof startNamedStack>>;
beforeAll(async () => {
  stack = await startNamedStack();
});
afterAll(() => stack.stop());

const names = () => ['console', '--json', '--print', '--port', '0', ...stack.options];

/** Runs the command until the test ends. */
async function startConsole(...args: string[]) {
  const ended = new AbortController();
  const printed = Promise.withResolvers<string>();
  let stderr = '';
  const exit = run([...names(), ...args], {
    streams: {
      stdout: { write: printed.resolve },
      stderr: { write: (text: string) => void (stderr += text) },
      stdin: {},
      env: {},
    },
    signal: ended.signal,
  });
  onTestFinished(async () => {
    ended.abort();
    await exit;
  });
  const text = await Promise.race([
    printed.promise,
    exit.then(() => Promise.reject(new Error(stderr))),
  ]);
  const { url, writable } = JSON.parse(text) as { url: string; writable: boolean };
  const page = await fetch(`${url}/uploads`);
  expect(await page.text()).toContain('<title>Darkroom');
  const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
  return {
    url,
    writable,
    cookie,
    read: async (address: string) => (await fetch(url + address)).json(),
    post: async (address: string, body: object) => {
      const headers = { cookie, 'content-type': 'application/json' };
      const answer = await fetch(url + address, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: answer.status, ...((await answer.json()) as object) };
    },
    end: () => {
      ended.abort();
      return exit;
    },
  };
}

/** Waits for background work; the limit ends only a test that hangs. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 120_000 });

async function finish(key: string): Promise<void> {
  if (!recipe) throw new Error('No recipe');
  const { ETag = '' } = await stack.put('uploads', key, 'photo');
  const manifest = formatManifest({
    ...{ version: 1, status: 'done', recipe: recipe.name, outputs: [] },
    recipeHash: recipeHash(recipe, settings.limits),
    source: {
      ...{ bucket: 'uploads', key, versionId: null, eTag: ETag.replaceAll('"', '') },
      ...{ bytes: 5, sha256: '0' },
    },
  });
  await stack.put('outputs', outputKeys(key, recipe).manifest, manifest);
}

test('a deployed stack is read-only, and shows what is listed and what arrives later', async () => {
  await finish('done.jpg');
  await stack.put('uploads', 'waiting.jpg', 'photo');
  const { url, writable, cookie, read, post, end } = await startConsole('--refresh', '0.05');
  expect({ writable, cookie }).toEqual({ writable: false, cookie: '' });
  expect(await read('/api/stack')).toMatchObject({
    ...{ stack: 'uploads', deployed: true, writable: false },
  });
  await eventually(async () =>
    expect(await read('/api/uploads')).toMatchObject({
      total: 2,
      counts: { listed: 2, complete: true, limited: false, states: { done: 1, waiting: 1 } },
    }),
  );
  expect(await post('/api/uploads/retry', { keys: ['waiting.jpg'] })).toMatchObject({
    ...{ status: 403, code: 'READ_ONLY' },
  });
  expect(await post('/api/changes/compare', {})).toMatchObject({ status: 200 });
  await eventually(async () =>
    expect(await read('/api/changes')).toMatchObject({
      comparison: { state: 'done', kinds: { missing: { objects: 1 } } },
    }),
  );

  // An open page: the bucket is listed again, and unfinished manifests are read again.
  const closed = new AbortController();
  onTestFinished(() => closed.abort());
  const live = await fetch(`${url}/api/live`, { signal: closed.signal });
  const text = live.text().catch(() => undefined);
  await finish('later.jpg');
  await finish('waiting.jpg');
  await eventually(async () =>
    expect(await read('/api/uploads')).toMatchObject({
      counts: { listed: 3, states: { done: 3 } },
    }),
  );
  closed.abort();
  await text;
  await end();
  await expect(fetch(`${url}/api/stack`)).rejects.toThrow('fetch failed');
});

test('with --write, the page retries an upload', async () => {
  await stack.put('uploads', 'again.jpg', 'photo');
  const { writable, read, post } = await startConsole('--write');
  expect(writable).toBe(true);
  await eventually(async () =>
    expect(await read('/api/uploads?search=again')).toMatchObject({ total: 1 }),
  );
  expect(await post('/api/uploads/retry', { keys: ['again.jpg'] })).toMatchObject({ status: 200 });
  const { Messages = [] } = await stack.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: stack.queue, WaitTimeSeconds: 20 }),
  );
  expect(Messages.map(({ Body }) => Body)).toEqual([
    formatMessage({ bucket: 'uploads', key: 'again.jpg' }),
  ]);
});

test('--list ends the listing, and the counts say so', async () => {
  await Promise.all(
    Array.from({ length: 1001 }, (_, index) => stack.put('uploads', `many/${index}`, 'x')),
  );
  const { read } = await startConsole('--list', '1');
  await eventually(async () =>
    expect(await read('/api/uploads')).toMatchObject({
      counts: { listed: 1000, complete: true, limited: true },
    }),
  );
});

test('without access the command ends with the reason', async () => {
  const args = names().map((arg) => (arg === 'uploads' ? 'foreign' : arg));
  const { exitCode, stderr } = await darkroom(args);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('foreign');
});
