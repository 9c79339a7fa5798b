import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
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
    expect(headers['user-agent']).toMatch(/^aws-sdk-js\/.* exec-env\/AWS_Lambda_test/);
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
