/** The handler with real pictures: how it uses time, memory, processes and requests. */
import type * as childProcess from 'node:child_process';
import { once } from 'node:events';
import { formatMessage } from '@darkroom/events';
import { formatEnvironment, parseSettings, transportRecipes } from '@darkroom/pipeline';
import type { Context, SQSRecord } from 'aws-lambda';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerSqs } from './testing/answer-sqs.ts';
import { captureOutput } from './testing/captured-output.ts';
import { s3Error, startCannedAws, type Answer, type CannedAws } from './testing/canned-aws.ts';

const forks = vi.hoisted(() => [] as string[]);
vi.mock('node:child_process', async (importOriginal) => {
  const actual = await importOriginal<typeof childProcess>();
  const fork = (...given: Parameters<typeof actual.fork>) => {
    forks.push(String(given[0]));
    return actual.fork(...given);
  };
  return { ...actual, fork };
});

const recipes = [
  {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: [{ name: 'thumb', steps: [{ resize: { width: 10 } }, { encode: 'webp' as const }] }],
  },
];
let aws: CannedAws;
let picture: Buffer;

beforeAll(async () => {
  aws = await startCannedAws();
  picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
});
beforeEach(() => {
  vi.resetModules();
  forks.length = 0;
  const variables = formatEnvironment(
    parseSettings({ recipes, logs: { level: 'ERROR' } }, 'test'),
    transportRecipes(recipes),
    {
      sourceBucket: 'source',
      processedBucket: 'processed',
      queueUrl: `${aws.url}/123456789012/queue`,
      deadLetterQueueUrl: `${aws.url}/123456789012/dead-letters`,
    },
  );
  const all = { ...variables, AWS_LAMBDA_FUNCTION_NAME: 'photos', DARKROOM_CONCURRENCY: '2' };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
});
afterAll(() => aws.close());

const EMPTY_LIST =
  '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

/** An S3 in which every upload is the picture and the processed bucket is empty; SQS takes every request. */
const everyUpload: Answer = (response, request) => {
  const [method, url = ''] = request.line.split(' ');
  if (method === 'POST') return answerSqs(response, request);
  if (method === 'PUT') return void response.writeHead(200, { etag: '"written"' }).end();
  if (url.includes('list-type=2'))
    return void response.writeHead(200, { 'content-type': 'application/xml' }).end(EMPTY_LIST);
  if (!url.startsWith('/source/')) return s3Error(404, 'NoSuchKey')(response, request);
  response.writeHead(200, { etag: '"picture"', 'content-length': picture.byteLength });
  response.end(method === 'HEAD' ? undefined : picture);
};

const record = (key: string, receiveCount = 1) =>
  ({
    messageId: key,
    body: formatMessage({ bucket: 'source', key }),
    receiptHandle: key,
    attributes: { ApproximateReceiveCount: String(receiveCount) },
    messageAttributes: {},
    eventSource: 'aws:sqs',
  }) as unknown as SQSRecord;

/** @param given remaining time of the call in milliseconds, and the function's memory in MiB */
async function call(
  records: readonly SQSRecord[],
  { remaining = 800_000, memory = 512 }: { remaining?: number; memory?: number } = {},
) {
  const { handler } = await import('./handler.ts');
  const lambda = {
    functionName: 'photos',
    memoryLimitInMB: String(memory),
    // Does not run, which makes the tests independent of the machine's speed.
    getRemainingTimeInMillis: () => remaining,
  } as Context;
  let failed: string[] = [];
  const output = await captureOutput(async () => {
    const answer = await handler({ Records: [...records] }, lambda);
    failed = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  });
  return { failed, output };
}

const MANIFEST = /^PUT \/processed\/(uploads\/\w+\.jpg)\/manifest\.json/;
/** Keys in the order of reads (`+a`) and of manifests (`-a`). */
const order = () =>
  aws.requests.flatMap(({ line }) => {
    const read = /^GET \/source\/uploads\/(\w+)\.jpg/.exec(line)?.[1];
    const written = /^PUT \/processed\/uploads\/(\w+)\.jpg\/manifest/.exec(line)?.[1];
    return read !== undefined ? [`+${read}`] : written !== undefined ? [`-${written}`] : [];
  });
const manifests = () =>
  aws.requests
    .filter(({ line }) => MANIFEST.test(line))
    .map(({ body }) => JSON.parse(body) as { status: string; error?: { message: string } });

describe('a batch of new messages', () => {
  test('is processed in the function’s process, as many images at once as it has vCPUs', async () => {
    aws.answer(everyUpload);
    const { failed } = await call(['a', 'b', 'c'].map((name) => record(`uploads/${name}.jpg`)));
    expect(failed).toEqual([]);
    expect(forks).toEqual([]);
    expect(manifests().map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    // The second image is read before the first is finished.
    expect(order().slice(0, 2).sort()).toEqual(['+a', '+b']);
  });
});

describe('a batch with a repeated message', () => {
  test('processes one image at a time, each in its own process', async () => {
    aws.answer(everyUpload);
    const { failed } = await call([record('uploads/a.jpg'), record('uploads/b.jpg', 2)]);
    expect(failed).toEqual([]);
    expect(forks).toHaveLength(2);
    expect(order()).toEqual(['+b', '-b', '+a', '-a']);
    expect(manifests().map(({ status }) => status)).toEqual(['done', 'done']);
  });
});

describe('time', () => {
  test('5 seconds before the end of the call no image starts', async () => {
    aws.answer(everyUpload);
    const { failed } = await call([record('uploads/a.jpg')], { remaining: 5_900 });
    expect(failed).toEqual(['uploads/a.jpg']);
    expect(order()).toEqual([]);
  });

  test.each([
    ['the read of the upload', 'GET /source/'],
    ['the write of an output', 'PUT /processed/'],
  ])('that runs out ends %s', async (_what, slow) => {
    const closed: Promise<unknown>[] = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      aws.answer((response, request) => {
        if (!request.line.startsWith(slow)) return everyUpload(response, request);
        closed.push(once(response, 'close'));
        // The image has 4 seconds. No request has taken the 10 seconds that it may take.
        vi.advanceTimersByTime(4_000);
      });
      const { failed, output } = await call([record('uploads/a.jpg')], { remaining: 9_000 });
      expect(failed).toEqual(['uploads/a.jpg']);
      expect(JSON.stringify(output)).toContain('TIMEOUT');
      expect(JSON.stringify(output)).toContain('Request aborted');
    } finally {
      vi.useRealTimers();
    }
    expect(closed).toHaveLength(1);
    await Promise.all(closed);
    // Then the message gets its delay.
    expect(aws.requests.at(-1)?.line).toBe('POST /');
  });
});

describe('memory', () => {
  test('for images is 140 MiB less than the function has', async () => {
    aws.answer(everyUpload);
    await call([record('uploads/a.jpg')], { memory: 145 });
    const [manifest] = manifests();
    expect(manifest?.status).toBe('rejected');
    expect(manifest?.error?.message).toContain('the function has 5 for an upload');
  });
});

describe('a failed message', () => {
  const delays = () =>
    aws.requests
      .filter(({ line }) => line === 'POST /')
      .flatMap(({ body }) => (JSON.parse(body) as { Entries: object[] }).Entries);

  test.each([
    [0, 12],
    [0.999, 16],
  ])('comes back after a random delay: %d of the range is %d s', async (random, seconds) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    aws.answer((response, request) =>
      (request.line === 'POST /' ? answerSqs : s3Error(403, 'AccessDenied'))(response, request),
    );
    try {
      await call([record('uploads/a.jpg')]);
    } finally {
      vi.mocked(Math.random).mockRestore();
    }
    expect(delays()).toEqual([expect.objectContaining({ VisibilityTimeout: seconds })]);
  });

  test('whose delay SQS refuses is reported', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'WARN');
    aws.answer(s3Error(403, 'AccessDenied'));
    const { output } = await call([record('uploads/a.jpg')]);
    expect(output.map(({ message }) => message ?? 'metrics')).toEqual([
      'attempt failed',
      'back-off not set',
      'metrics',
    ]);
  });
});
