import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { GetObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { StandardRetryStrategy } from '@smithy/core/retry';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createS3 } from './clients.ts';
import { directS3 } from './direct-s3.ts';
import { s3ObjectStore } from './object-store.ts';
import { type CannedAws, s3Error, startCannedAws, status } from './testing/canned-aws.ts';

let aws: CannedAws;
beforeAll(async () => {
  aws = await startCannedAws();
  vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_test');
});
afterAll(() => aws.close());

const found = { etag: '"abc"', 'content-length': '4' };

function storeOf(client = createS3()) {
  return s3ObjectStore(directS3(client), 'photos', new AbortController().signal);
}

test('the middleware of the SDK sees only what is not a success', async () => {
  const client = createS3();
  const send = vi.spyOn(client, 'send');
  const store = storeOf(client);
  aws.answer(
    status(200, {}, '<ListBucketResult></ListBucketResult>'),
    status(200, found, 'jpeg'),
    status(200, { etag: '"abc"' }),
  );
  await store.list('a.jpg/');
  await store.get('a.jpg');
  const options = { contentType: 'image/webp', cacheControl: 'no-store', metadata: {} };
  await store.put('b.webp', Buffer.from('webp'), { precondition: 'absent', ...options });
  await store.delete('b.webp', { ifMatch: 'abc' });
  expect(send).not.toHaveBeenCalled();

  aws.answer(s3Error(503, 'SlowDown'), status(200, found));
  expect(await store.head('a.jpg')).toMatchObject({ bytes: 4 });
  expect(send).toHaveBeenCalledTimes(1);
  expect(aws.requests).toHaveLength(2);
  // The lab tells the function's requests by that.
  for (const { headers } of aws.requests)
    expect(headers['user-agent']).toMatch(
      /^aws-sdk-js\/.* md\/nodejs#[\d.]+ .*exec-env\/AWS_Lambda_test/,
    );
});

test('a request to S3 in AWS is for the host and the region of the bucket, and has the time of AWS', async () => {
  const requests: HttpRequest[] = [];
  const client = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    // The clock of this machine is two days late.
    systemClockOffset: 2 * 24 * 3600 * 1000,
    requestHandler: {
      handle(request: HttpRequest) {
        requests.push(request);
        const headers = { etag: '"abc"' };
        const response = { statusCode: 200, headers, body: Readable.from([]) };
        return Promise.resolve({ response: new HttpResponse(response) });
      },
    },
  });
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  try {
    const options = { contentType: 'image/webp', cacheControl: 'no-store', metadata: {} };
    const body = Buffer.from('webp');
    await storeOf(client).put('a/b.webp', body, { precondition: 'absent', ...options });
  } finally {
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  }
  const [request] = requests;
  expect(requests).toHaveLength(1);
  expect(request).toMatchObject({
    ...{ protocol: 'https:', hostname: 'photos.s3.eu-central-1.amazonaws.com', port: undefined },
    ...{ method: 'PUT', path: '/a/b.webp' },
    headers: { 'x-amz-sdk-checksum-algorithm': 'CRC32' },
  });
  const inTwoDays = new Date(Date.now() + 2 * 24 * 3600 * 1000 - 60_000);
  const day = inTwoDays.toISOString().slice(0, 10).replaceAll('-', '');
  expect(Number(request?.headers['x-amz-date']?.slice(0, 8))).toBeGreaterThanOrEqual(Number(day));
  expect(request?.headers['authorization']).toMatch(
    /Credential=id\/\d{8}\/eu-central-1\/s3\/aws4_request/,
  );
});

test('a success gives back a part of what failures have taken from the quota of retries', async () => {
  const client = createS3();
  const strategy = (await client.config.retryStrategy()) as StandardRetryStrategy;
  const store = storeOf(client);
  aws.answer(s3Error(503, 'SlowDown'));
  await expect(store.list('a.jpg/')).rejects.toMatchObject({ code: 'THROTTLED' });
  const left = strategy.getCapacity();
  aws.answer(status(200, found));
  await store.head('a.jpg');
  expect(strategy.getCapacity()).toBe(left + 1);
});

test('a redirect is not a success', async () => {
  aws.answer(status(300, { etag: '"abc"' }));
  await expect(storeOf().delete('a.jpg', { ifMatch: 'abc' })).rejects.toThrow();
});

test('other requests are the client’s', async () => {
  const tags =
    '<Tagging><TagSet><Tag><Key>album</Key><Value>summer</Value></Tag></TagSet></Tagging>';
  aws.answer(status(200, { 'content-type': 'application/xml' }, tags));
  const command = new GetObjectTaggingCommand({ Bucket: 'photos', Key: 'a.jpg' });
  expect(await directS3(createS3()).send(command)).toMatchObject({
    TagSet: [{ Key: 'album', Value: 'summer' }],
  });
  expect(aws.requests).toHaveLength(1);
});

test('a body whose connection has ended before it is read is an error', async () => {
  const answered = new Promise<ServerResponse>((resolve) => {
    aws.answer((response) => {
      response.writeHead(200, { ...found, 'content-length': '1000000' });
      response.write('the beginning of much', () => resolve(response));
    });
  });
  const object = await storeOf().get('a.jpg');
  if (object.kind !== 'found') throw new Error(`it is ${object.kind}`);
  const response = await answered;
  const closed = once(response, 'close');
  object.discard();
  await closed;
  await expect(object.read()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
});

test('a bucket whose requests are signed in another way is the client’s', async () => {
  const client = createS3();
  const send = vi.spyOn(client, 'send').mockImplementation(() => ({ Contents: [] }));
  const directory = 'photos--use1-az4--x-s3';
  const store = s3ObjectStore(directS3(client), directory, new AbortController().signal);
  aws.answer(status(200, {}, '<ListBucketResult></ListBucketResult>'));
  expect(await store.list('a.jpg/')).toEqual([]);
  expect(send).toHaveBeenCalledTimes(1);
  expect(aws.requests).toEqual([]);
});
