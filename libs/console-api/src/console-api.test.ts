import { request } from 'node:http';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { formatMessage } from '@darkroom/events';
import { formatManifest, outputKeys, recipeHash, type Recipe } from '@darkroom/pipeline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startApi } from './start-api.ts';
import { exampleSettings, exampleStack } from './testing/example-stack.ts';
import { UploadIndex } from './upload-index.ts';

const [photos] = exampleSettings.recipes as [Recipe];
const HASH = recipeHash(photos, exampleSettings.limits);

/** Waits for background work; the limit ends only a test that hangs. */
function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 120_000 });
}

/** The embedded AWS with two buckets and queues, an index and the API. */
async function startRig({ isWritable = true } = {}) {
  const aws = await startEmbeddedAws({
    port: 0,
    onObjectChange: (bucket, key) => {
      if (key === undefined) return;
      if (bucket === stack.sourceBucket) index.sourceChanged(key);
      else index.outputChanged(key);
    },
  });
  const stack = exampleStack({ endpoint: aws.endpoint });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = { endpoint: aws.endpoint, region: stack.region, credentials };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  for (const Bucket of [stack.sourceBucket, stack.processedBucket])
    await s3.send(new CreateBucketCommand({ Bucket }));
  for (const url of [stack.queueUrl, stack.deadLetterQueueUrl])
    await sqs.send(new CreateQueueCommand({ QueueName: url.slice(url.lastIndexOf('/') + 1) }));
  const unmatched: string[] = [];
  const index = new UploadIndex({
    ...{ s3, ...stack, settings: exampleSettings },
    onUnmatched: (key) => unmatched.push(key),
  });
  const pipeline = {
    ...{ ...stack, name: stack.stack, s3, sqs, settings: exampleSettings, index },
    events: () => Promise.resolve([]),
    history: () => ({ seconds: 5, points: [] }),
    written: stack.settings,
  };
  const api = await startApi({
    ...{ port: 0, host: '127.0.0.1', consoleDir: import.meta.dirname, isWritable },
    ...{ stack: () => stack, pipeline: () => pipeline },
  });
  onTestFinished(async () => {
    index.stop();
    await api.stop();
    s3.destroy();
    sqs.destroy();
    await aws.stop();
  });
  const put = (Bucket: string, Key: string, Body: Uint8Array | string, ContentType?: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...(ContentType && { ContentType }) }));
  return {
    ...{ api, index, s3, sqs, stack, unmatched },
    upload: (key: string, body = 'photo', type?: string) =>
      put(stack.sourceBucket, key, body, type),
    /** Writes the manifest of the current source. */
    finish: async (key: string, hash = HASH, code?: 'CORRUPT_IMAGE'): Promise<void> => {
      const { ETag = '', ContentLength: bytes = 0 } = await s3.send(
        new HeadObjectCommand({ Bucket: stack.sourceBucket, Key: key }),
      );
      const eTag = ETag.replaceAll('"', '');
      const source = { bucket: stack.sourceBucket, key, versionId: null, eTag, bytes };
      const base = { version: 1, recipe: 'photos', recipeHash: hash, source } as const;
      const error = { code: 'CORRUPT_IMAGE', message: 'ends early', retryable: false } as const;
      const manifest = formatManifest(
        code
          ? { ...base, source: { ...source, sha256: 's' }, status: 'rejected', outputs: [], error }
          : { ...base, source: { ...source, sha256: 's' }, status: 'done', outputs: [] },
      );
      await put(stack.processedBucket, outputKeys(key, photos).manifest, manifest);
    },
    state: (key: string) => index.get(key)?.state,
  };
}

test('the index follows an upload from its event to its removal', async () => {
  const { index, upload, finish, state, s3, stack } = await startRig();
  await index.refresh();
  await upload('uploads/a.jpg');
  await eventually(() => expect(state('uploads/a.jpg')).toBe('waiting'));
  index.processing('uploads/a.jpg', true);
  expect(state('uploads/a.jpg')).toBe('processing');
  index.processing('uploads/a.jpg', false);
  await finish('uploads/a.jpg');
  await eventually(() => expect(state('uploads/a.jpg')).toBe('done'));
  await finish('uploads/a.jpg', HASH, 'CORRUPT_IMAGE');
  await eventually(() =>
    expect(index.get('uploads/a.jpg')).toMatchObject({ state: 'rejected', code: 'CORRUPT_IMAGE' }),
  );
  await finish('uploads/a.jpg', 'another recipe');
  await eventually(() => expect(state('uploads/a.jpg')).toBe('out-of-date'));
  await upload('uploads/a.jpg', 'another photo');
  await eventually(() => expect(state('uploads/a.jpg')).toBe('waiting'));
  await s3.send(new DeleteObjectCommand({ Bucket: stack.sourceBucket, Key: 'uploads/a.jpg' }));
  await eventually(() => expect(state('uploads/a.jpg')).toBeUndefined());
});

test('the index counts rejected uploads over time, by the time of the upload', async () => {
  const { index, upload, finish, state, api } = await startRig();
  await upload('uploads/good.jpg');
  await finish('uploads/good.jpg');
  for (const key of ['uploads/a.jpg', 'uploads/b.jpg']) {
    await upload(key);
    await finish(key, HASH, 'CORRUPT_IMAGE');
    await eventually(() => expect(state(key)).toBe('rejected'));
  }
  const at = index.get('uploads/a.jpg')?.modified ?? 0;
  const day = 86_400_000;
  // Both uploads are in one day, or midnight is between them.
  const bars = (now: number) => index.rejections(now, { bars: 3, seconds: 86_400 }).codes;
  const sum = (counts: number[] = []) => counts.reduce((total, number) => total + number, 0);
  expect(sum(bars(at + day)['CORRUPT_IMAGE'])).toBe(2);
  expect(bars(at + day)['CORRUPT_IMAGE']?.[0]).toBe(0);
  expect(bars(at + 4 * day)).toEqual({});
  const begin = Math.floor(at / day) * day - day;
  expect(index.rejections(at + day, { bars: 3, seconds: 86_400 })).toMatchObject({ begin });

  const response = await fetch(`${api.url}/api/rejections?span=month`);
  const { seconds, codes } = (await response.json()) as ReturnType<typeof index.rejections>;
  expect(seconds).toBe(86_400);
  expect(Object.keys(codes)).toEqual(['CORRUPT_IMAGE']);
  expect(codes['CORRUPT_IMAGE']).toHaveLength(30);
  expect((await fetch(`${api.url}/api/rejections?span=year`)).status).toBe(400);
});

test('the index reports uploads that arrive and that no recipe matches', async () => {
  const { index, upload, unmatched } = await startRig();
  await upload('elsewhere/');
  await upload('uploads/a.jpg');
  await upload('elsewhere/a.jpg');
  await eventually(() => expect(unmatched).toEqual(['elsewhere/a.jpg']));
  await index.refresh();
  expect(unmatched).toEqual(['elsewhere/a.jpg']);
});

test('the index judges its uploads by changed recipes', async () => {
  const { index, upload, finish, state } = await startRig();
  await index.refresh();
  await upload('uploads/a.jpg');
  await eventually(() => expect(state('uploads/a.jpg')).toBe('waiting'));
  await finish('uploads/a.jpg');
  await upload('avatars/b.jpg');
  await eventually(() => {
    expect(state('uploads/a.jpg')).toBe('done');
    expect(state('avatars/b.jpg')).toBe('no-recipe');
  });
  const avatars = { ...photos, name: 'avatars', match: { ...photos.match, prefix: 'avatars/' } };
  const limits = { ...exampleSettings.limits, pages: 1 };
  index.useSettings({ recipes: [photos, avatars], limits });
  expect(state('uploads/a.jpg')).toBe('out-of-date');
  await eventually(() => expect(state('avatars/b.jpg')).toBe('waiting'));
  index.useSettings(exampleSettings);
  expect(state('uploads/a.jpg')).toBe('done');
  expect(state('avatars/b.jpg')).toBe('no-recipe');
});

test('the index lists a bucket with its true counts, newest first, without folder markers', async () => {
  const { index, upload, finish } = await startRig();
  const long = `uploads/${'x'.repeat(1000)}`;
  for (const key of ['uploads/a.jpg', 'uploads/b.jpg', long, 'elsewhere/c.pdf']) await upload(key);
  await upload('uploads/folder/', '');
  await finish('uploads/a.jpg');
  await finish(long);
  await finish('uploads/b.jpg', HASH, 'CORRUPT_IMAGE');
  await index.refresh();
  await eventually(() => expect(index.counts().states['reading'] ?? 0).toBe(0));
  expect(index.counts()).toMatchObject({
    ...{ listed: 4, complete: true },
    states: { done: 2, rejected: 1, 'no-recipe': 1 },
    codes: { CORRUPT_IMAGE: 1 },
    recipes: { photos: 3 },
  });
  const { total, uploads } = index.query({}, 0, 10);
  expect(total).toBe(4);
  const times = uploads.map(({ modified }) => modified);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(index.query({ search: 'B.JP' }, 0, 10).uploads).toMatchObject([{ key: 'uploads/b.jpg' }]);
  expect(index.query({ state: 'done' }, 1, 1)).toMatchObject({ total: 2 });
  expect(index.query({ code: 'CORRUPT_IMAGE' }, 0, 10).total).toBe(1);
  expect(index.query({ since: Date.now() + 60_000 }, 0, 10).total).toBe(0);
  const around = index.around('uploads/b.jpg', { state: 'rejected' });
  expect(around).toEqual({ previous: null, next: null, position: 1, total: 1 });
});

/** `fetch` does not let callers choose the headers Host, Origin and Cookie. */
function ask(url: string, headers: Record<string, string>, method = 'GET', body = '') {
  return new Promise<{ status: number; text: string; cookie: string | undefined }>(
    (resolve, reject) => {
      request(url, { method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const [cookie] = response.headers['set-cookie'] ?? [];
          resolve({ status: response.statusCode ?? 0, text, cookie });
        });
      })
        .on('error', reject)
        .end(body);
    },
  );
}

/** The cookie that a browser gets with the page, which these tests do not build. */
async function cookieOf(url: string): Promise<string> {
  const { cookie = '' } = await ask(`${url}/uploads`, {});
  return cookie;
}

test('write actions need the token that came with the page, in a cookie that scripts cannot read', async () => {
  const { api, sqs, stack, upload, index } = await startRig();
  await upload('uploads/a.jpg');
  await eventually(() => expect(index.get('uploads/a.jpg')?.state).toBe('waiting'));
  const retry = (headers: Record<string, string>) =>
    ask(
      `${api.url}/api/uploads/retry`,
      { 'content-type': 'application/json', ...headers },
      'POST',
      JSON.stringify({ keys: ['uploads/a.jpg'] }),
    );
  const cookie = await cookieOf(api.url);
  expect(cookie).toMatch(/^darkroom-\d+=[\w-]{43}; Path=\/api; HttpOnly; SameSite=Strict$/);
  const [pair = ''] = cookie.split(';');
  expect(await retry({})).toMatchObject({ status: 403 });
  expect((await retry({ cookie: `${pair}x` })).text).toContain('NO_TOKEN');
  const foreign = await retry({ cookie: pair, origin: 'http://127.0.0.1:3000' });
  expect(foreign).toMatchObject({ status: 403 });
  expect(foreign.text).toContain('FOREIGN_ORIGIN');
  expect(await retry({ cookie: pair, host: 'elsewhere.example' })).toMatchObject({ status: 403 });

  const answer = await retry({ cookie: `other=1; ${pair}`, origin: api.url });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toMatchObject({
    uploads: [{ key: 'uploads/a.jpg', outcome: 'unfinished', sent: true }],
  });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: stack.queueUrl, AttributeNames: ['All'] }),
  );
  expect(Attributes?.['ApproximateNumberOfMessages']).toBe('1');
});

test('a console that only reads gives no token and refuses writes', async () => {
  const { api } = await startRig({ isWritable: false });
  expect(await cookieOf(api.url)).toBe('');
  const answer = await ask(`${api.url}/api/upload?key=a`, {}, 'PUT', 'x');
  expect(answer).toMatchObject({ status: 403 });
  expect(answer.text).toContain('READ_ONLY');
});

test('a comparison counts uploads by kind, and a run of apply is paused and resumed', async () => {
  const { api, upload, finish, sqs, stack } = await startRig();
  await upload('uploads/done.jpg');
  await finish('uploads/done.jpg');
  await upload('uploads/old.jpg');
  await finish('uploads/old.jpg', 'hash of an earlier recipe');
  for (const name of ['a', 'b', 'c']) await upload(`uploads/${name}.jpg`);
  const [cookie = ''] = (await cookieOf(api.url)).split(';');
  const post = async (action: string, body?: object) => {
    const headers = { cookie, 'content-type': 'application/json' };
    const url = `${api.url}/api/changes/${action}`;
    const { status, text } = await ask(url, headers, 'POST', JSON.stringify(body ?? {}));
    return { status, ...(JSON.parse(text) as object) };
  };
  const read = async () => JSON.parse((await ask(`${api.url}/api/changes`, {})).text) as object;
  expect(await read()).toEqual({ comparison: null, run: null });

  await post('compare', {});
  await vi.waitFor(
    async () => expect(await read()).toMatchObject({ comparison: { state: 'done', compared: 5 } }),
    { timeout: 120_000 },
  );
  expect(await read()).toMatchObject({
    comparison: {
      isOutdated: false,
      kinds: {
        'up-to-date': { objects: 1, requests: 0, dollars: 0 },
        missing: { objects: 3, examples: ['uploads/a.jpg', 'uploads/b.jpg', 'uploads/c.jpg'] },
        'recipe-changed': { objects: 1, examples: ['uploads/old.jpg'] },
      },
    },
  });

  const sent = (number: number) =>
    vi.waitFor(async () => expect(await read()).toMatchObject({ run: { sent: number } }), {
      timeout: 120_000,
    });
  expect(await post('resume')).toMatchObject({ status: 409, code: 'NOT_PAUSED' });
  // One message in ten seconds: the pause comes before the second one.
  await post('apply', { kinds: ['missing'], rate: 0.1 });
  await sent(1);
  expect(await post('apply', { kinds: ['missing'] })).toMatchObject({ status: 409, code: 'BUSY' });
  expect(await post('pause')).toMatchObject({ run: { state: 'paused', sent: 1 } });
  await post('resume');
  await sent(2);
  expect(await post('pause')).toMatchObject({ run: { state: 'paused', sent: 2 } });
  await post('resume');
  await vi.waitFor(
    async () => expect(await read()).toMatchObject({ run: { state: 'done', stoppedBy: 'end' } }),
    { timeout: 120_000 },
  );
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: stack.queueUrl, MaxNumberOfMessages: 10 }),
  );
  expect(Messages.map(({ Body }) => Body).toSorted()).toEqual(
    ['a', 'b', 'c'].map((name) =>
      formatMessage({ bucket: stack.sourceBucket, key: `uploads/${name}.jpg` }),
    ),
  );
});

test('an upload keeps its bytes and type, and never replaces another one', async () => {
  const { api, s3, stack } = await startRig();
  const [cookie = ''] = (await cookieOf(api.url)).split(';');
  const url = `${api.url}/api/upload?key=${encodeURIComponent('uploads/ä b.json')}`;
  const headers = { cookie, 'content-type': 'application/json' };
  expect((await ask(url, headers, 'PUT', '{"a":')).status).toBe(200);
  const stored = await s3.send(
    new HeadObjectCommand({ Bucket: stack.sourceBucket, Key: 'uploads/ä b.json' }),
  );
  expect(stored).toMatchObject({ ContentLength: 5, ContentType: 'application/json' });
  const again = await ask(url, headers, 'PUT', 'another');
  expect(again.status).toBe(412);
  expect(again.text).toContain('KEY_TAKEN');
  const empty = `${api.url}/api/upload?key=uploads%2Fempty.jpg`;
  expect((await ask(empty, { cookie }, 'PUT')).status).toBe(200);
});

test('objects of users are sandboxed, and their types are not those of pages or scripts', async () => {
  const { api, upload } = await startRig();
  await upload('uploads/a.svg', '<svg onload="alert(1)"/>', 'image/svg+xml');
  await upload('uploads/page.html', '<script>alert(1)</script>', 'text/html');
  const get = (key: string, more = '') =>
    fetch(`${api.url}/api/object?bucket=source&key=${encodeURIComponent(key)}${more}`);
  const svg = await get('uploads/a.svg');
  expect(svg.headers.get('content-type')).toBe('image/svg+xml');
  expect(svg.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  expect(svg.headers.get('x-content-type-options')).toBe('nosniff');
  // The viewers of browsers do not open a PDF in a sandbox.
  await upload('uploads/scan.pdf', '%PDF-1.7', 'application/pdf');
  const pdf = await get('uploads/scan.pdf');
  expect(pdf.headers.get('content-type')).toBe('application/pdf');
  expect(pdf.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  const page = await get('uploads/page.html', '&download=1');
  expect(page.headers.get('content-type')).toBe('application/octet-stream');
  expect(page.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''page.html");
  expect((await get('uploads/nothing.jpg')).status).toBe(404);
});

test('the live stream sends the overview, and again after a change', async () => {
  const { api, upload } = await startRig();
  const response = await fetch(`${api.url}/api/live`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (wanted: RegExp) => {
    while (!wanted.test(text)) text += (await reader?.read())?.value ?? '';
  };
  await until(/event: live\ndata: .*"listed":0.*\n\n/);
  expect(text).toContain('"queue":{"waiting":0,"inFlight":0,"delayed":0}');
  await upload('uploads/a.jpg');
  await until(/"listed":1/);
  await reader?.cancel();
});
