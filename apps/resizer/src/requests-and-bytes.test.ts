/** What an upload costs in requests and bytes: the same on every machine. */
import { S3Client } from '@aws-sdk/client-s3';
import { formatMessage } from '@darkroom/events';
import { formatEnvironment, parseSettings, transportRecipes } from '@darkroom/pipeline';
import type { Context, SQSRecord } from 'aws-lambda';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { captureOutput } from './testing/captured-output.ts';
import { type Answer, type CannedAws, s3Error, startCannedAws } from './testing/canned-aws.ts';

const KEY = 'uploads/photo.jpg';
const WIDTHS = [8, 16, 24, 32, 40, 48, 56];
const recipes = [
  {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: WIDTHS.map((width) => ({
      name: `w${width}`,
      steps: [{ resize: { width } }, { encode: 'webp' as const }],
    })),
  },
];

let aws: CannedAws;
let photo: Buffer;
/** The processed bucket: ETags by key, and the manifest. */
let processed: Map<string, string>;
let manifest: string;
/** Bytes of the upload that the function reads. */
let read: number;

beforeAll(async () => {
  aws = await startCannedAws();
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  photo = await sharp({
    create: { width: 640, height: 480, channels: 3, background: '#888', noise },
  })
    .jpeg()
    .toBuffer();
});
beforeEach(() => {
  // The handler reads its environment when it loads.
  vi.resetModules();
  [processed, manifest, read] = [new Map(), '', 0];
  aws.answer(bucket);
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
  for (const [name, value] of Object.entries({ ...variables, AWS_LAMBDA_FUNCTION_NAME: 'photos' }))
    vi.stubEnv(name, value);
});
afterAll(() => aws.close());

function send(body: string | Buffer, headers: Record<string, string>, isHead = false): Answer {
  return (response) => {
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(isHead ? undefined : body);
  };
}

const bucket: Answer = (response, request) => {
  const [method = '', url = ''] = request.line.split(' ');
  const [place = ''] = url.split('?');
  if (place === `/source/${KEY}`) {
    if (method === 'GET') read += photo.length;
    return send(photo, { etag: '"photo"' }, method === 'HEAD')(response, request);
  }
  if (url.includes('list-type=2')) {
    const contents = [...processed].map(
      ([key, eTag]) => `<Contents><Key>${key}</Key><ETag>"${eTag}"</ETag></Contents>`,
    );
    const xml = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
    return send(xml, { 'content-type': 'application/xml' })(response, request);
  }
  const key = place.slice('/processed/'.length);
  if (method === 'PUT') {
    const eTag = `written-${processed.size}`;
    processed.set(key, eTag);
    if (key.endsWith('/manifest.json')) manifest = request.body;
    return void response.writeHead(200, { etag: `"${eTag}"` }).end();
  }
  const eTag = processed.get(key);
  if (method === 'GET' && eTag !== undefined)
    return send(manifest, { etag: `"${eTag}"` })(response, request);
  return s3Error(404, 'NoSuchKey')(response, request);
};

async function receive(): Promise<void> {
  const { handler } = await import('./handler.ts');
  const record = {
    ...{ messageId: 'm', receiptHandle: 'r', eventSource: 'aws:sqs', messageAttributes: {} },
    body: formatMessage({ bucket: 'source', key: KEY }),
    attributes: { ApproximateReceiveCount: '1' },
  } as unknown as SQSRecord;
  const lambda = {
    ...{ functionName: 'photos', memoryLimitInMB: '1769' },
    getRemainingTimeInMillis: () => 600_000,
  } as Context;
  await captureOutput(async () => {
    expect(await handler({ Records: [record] }, lambda)).toEqual({ batchItemFailures: [] });
  });
}

/** How often each kind of request was sent. */
function counted(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { line } of aws.requests) {
    const kind = line.includes('list-type=2') ? 'LIST' : (line.split(' ')[0] ?? '');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test('an upload with seven outputs costs eleven requests; no byte is read or written twice', async () => {
  // The middleware of the SDK costs more than the rest of a request.
  const client = vi.spyOn(S3Client.prototype, 'send');
  onTestFinished(() => client.mockRestore());
  await receive();
  expect(client).not.toHaveBeenCalled();
  const withMode = aws.requests.filter(({ headers }) => 'x-amz-checksum-mode' in headers);
  expect(withMode.map(({ line }) => line.split(' ')[0])).toEqual(['GET', 'HEAD']);
  for (const { headers } of aws.requests)
    expect(headers.authorization).toContain('/us-east-1/s3/aws4_request,');
  expect(counted()).toEqual({ LIST: 1, GET: 1, PUT: 8, HEAD: 1 });
  const { outputs } = JSON.parse(manifest) as { outputs: { bytes: number }[] };
  expect(read).toBe(photo.length);
  const sent = aws.requests.reduce(
    (sum, { headers }) => sum + Number(headers['content-length'] ?? 0),
    0,
  );
  const made = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(sent).toBe(made + Buffer.byteLength(manifest));
});

test('a duplicate message costs three requests, and does not read the upload', async () => {
  await receive();
  aws.answer(bucket);
  read = 0;
  await receive();
  expect(counted()).toEqual({ LIST: 1, GET: 1, HEAD: 1 });
  expect(read).toBe(0);
});
