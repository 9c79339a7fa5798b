/** The handler with real pictures: how it uses time, memory, processes and requests. */
import type * as childProcess from 'node:child_process';
import { once } from 'node:events';
import { formatMessage } from '@darkroom/events';
import { formatEnvironment, parseSettings, transportRecipes } from '@darkroom/pipeline';
import { animatedSample } from '@darkroom/transforms/testing';
import type { Context, SQSRecord } from 'aws-lambda';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerSqs } from './testing/answer-sqs.ts';
import { captureOutput } from './testing/captured-output.ts';
import { s3Error, startCannedAws, type Answer, type CannedAws } from './testing/canned-aws.ts';

/** The processes that the handler has started, and what it has asked them. */
const forks = vi.hoisted(
  () => [] as { readonly child: childProcess.ChildProcess; readonly questions: unknown[] }[],
);
vi.mock('node:child_process', async (importOriginal) => {
  const actual = await importOriginal<typeof childProcess>();
  const fork = (...given: Parameters<typeof actual.fork>) => {
    const child = actual.fork(...given);
    const send = child.send.bind(child) as (question: unknown, sent: () => void) => boolean;
    const questions: unknown[] = [];
    child.send = (question: unknown, sent: unknown) => {
      questions.push(question);
      return send(question, sent as () => void);
    };
    forks.push({ child, questions });
    return child;
  };
  return { ...actual, fork };
});

const recipes = [
  {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: [{ name: 'thumb', steps: [{ resize: { width: 10 } }, { encode: 'webp' as const }] }],
  },
  {
    name: 'clips',
    match: { prefix: 'clips/' },
    variants: [
      {
        name: 'sheet',
        frames: 'all' as const,
        steps: [{ montage: 2 }, { encode: 'png' as const }],
      },
    ],
  },
];
let aws: CannedAws;
let picture: Buffer;
/** Takes more than half of the memory of a function with 180 MiB. */
let largePicture: Buffer;
let clip: Buffer;

beforeAll(async () => {
  aws = await startCannedAws();
  picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  largePicture = await sharp({
    create: { width: 1600, height: 1600, channels: 3, background: 'teal' },
  })
    .png({ progressive: true })
    .toBuffer();
  clip = await animatedSample('gif', { width: 20, height: 10, frames: 3 });
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

/** An S3 in which every upload is the picture, or the large one if its name says so, and the processed bucket is empty; SQS takes every request. */
const everyUpload: Answer = (response, request) => {
  const [method, url = ''] = request.line.split(' ');
  if (method === 'POST') return answerSqs(response, request);
  if (method === 'PUT') return void response.writeHead(200, { etag: '"written"' }).end();
  if (url.includes('list-type=2'))
    return void response.writeHead(200, { 'content-type': 'application/xml' }).end(EMPTY_LIST);
  if (!url.startsWith('/source/')) return s3Error(404, 'NoSuchKey')(response, request);
  const bytes = url.includes('clips/') ? clip : url.includes('large') ? largePicture : picture;
  response.writeHead(200, { etag: '"picture"', 'content-length': bytes.byteLength });
  response.end(method === 'HEAD' ? undefined : bytes);
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
    // No process outlives its image.
    for (const { child } of forks) expect(child.signalCode ?? child.exitCode).not.toBeNull();
  });

  test('encodes as many files of an image at once as the function has vCPUs', async () => {
    aws.answer(everyUpload);
    await call([record('uploads/a.jpg', 2)]);
    expect(forks.flatMap(({ questions }) => questions)).toContainEqual(
      expect.objectContaining({
        kind: 'render',
        request: expect.objectContaining({ concurrency: 2 }) as object,
      }),
    );
  });
});

test('a contact sheet has the same bytes if its image has its own process', async () => {
  const written = async (receiveCount: number) => {
    aws.answer(everyUpload);
    const { failed } = await call([record('clips/a.gif', receiveCount)]);
    expect(failed).toEqual([]);
    return aws.requests.flatMap(({ line, headers }) => {
      const [, name] = /^PUT \/processed\/clips\/a\.gif\/([\w.]+)/.exec(line) ?? [];
      return name === undefined ? [] : [[name, headers['x-amz-checksum-crc32']]];
    });
  };
  const own = await written(1);
  expect(forks).toEqual([]);
  expect(own.map(([name]) => name).sort()).toEqual(['manifest.json', 'sheet.png']);
  expect((await written(2)).sort()).toEqual(own.sort());
  expect(forks).toHaveLength(1);
});

describe('an image that takes most of the memory', () => {
  test('has a process of its own, and waits for the images that have not started', async () => {
    vi.stubEnv('DARKROOM_CONCURRENCY', '1');
    aws.answer(everyUpload);
    const { failed } = await call(
      ['large', 'a', 'b'].map((name) => record(`uploads/${name}.jpg`)),
      { memory: 180 },
    );
    expect(failed).toEqual([]);
    expect(forks).toHaveLength(1);
    expect(order()).toEqual(['+large', '+a', '-a', '+b', '-b', '+large', '-large']);
    expect(manifests().map(({ status }) => status)).toEqual(['done', 'done', 'done']);
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
    { what: 'at least 12 s', attempt: 1, random: 0, seconds: 12 },
    { what: 'at most 4 s more after the first attempt', attempt: 1, random: 0.999, seconds: 16 },
    { what: 'at most 24 s more after the second', attempt: 2, random: 0.999, seconds: 36 },
    { what: 'no later than the queue allows', attempt: 2, random: 0.999, seconds: 20, longest: 20 },
  ])('comes back after a random delay: $what', async ({ attempt, random, seconds, longest }) => {
    if (longest !== undefined) vi.stubEnv('DARKROOM_LONGEST_BACK_OFF', String(longest));
    vi.spyOn(Math, 'random').mockReturnValue(random);
    aws.answer((response, request) =>
      (request.line === 'POST /' ? answerSqs : s3Error(403, 'AccessDenied'))(response, request),
    );
    try {
      await call([record('uploads/a.jpg', attempt)]);
    } finally {
      vi.mocked(Math.random).mockRestore();
    }
    expect(delays()).toEqual([expect.objectContaining({ VisibilityTimeout: seconds })]);
  });

  test('whose delay SQS refuses is reported', async () => {
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'WARN');
    const refused = s3Error(403, 'AccessDenied');
    const logged = async () => {
      const { output } = await call([record('uploads/a.jpg')]);
      return output.map(({ message = 'metrics', messages, reason }) =>
        reason === undefined ? message : { message, messages, reason },
      );
    };
    aws.answer((response, request) =>
      (request.line === 'POST /' ? answerSqs : refused)(response, request),
    );
    expect(await logged()).toEqual(['attempt failed', 'metrics']);
    aws.answer(refused);
    expect(await logged()).toEqual([
      'attempt failed',
      {
        ...{ message: 'back-off not set', messages: 1 },
        reason: expect.stringContaining('ChangeMessageVisibilityBatch of') as string,
      },
      'metrics',
    ]);
  });

  test('whose delay SQS does not take leaves a second for the response', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    aws.answer(s3Error(403, 'AccessDenied'));
    try {
      const { failed } = await call([record('uploads/a.jpg')], { remaining: 30_000 });
      expect(failed).toEqual(['uploads/a.jpg']);
      expect(timeout).toHaveBeenLastCalledWith(29_000);
    } finally {
      timeout.mockRestore();
    }
    expect(delays()).toEqual([]);
  });
});
