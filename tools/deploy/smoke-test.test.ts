import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseSettings, recipesSchema } from '@darkroom/pipeline';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sampleFor, smokeTest } from './smoke-test.ts';

const steps = [{ resize: { width: 16 } }];
const recipes = (...all: object[]) =>
  recipesSchema.parse(
    all.map((one, index) => ({ name: `r${index}`, variants: [{ name: 'v', steps }], ...one })),
  );

test.each([
  ['the first recipe', [{ match: { prefix: 'a/' } }, {}], 'a/x.jpg', 'jpeg'],
  ['its suffix', [{ match: { prefix: 'a/', suffixes: ['.TIF'] } }], 'a/x.TIF', 'jpeg'],
  ['a format that it takes', [{ formats: ['webp'] }], 'x.jpg', 'webp'],
  [
    'one that takes what can be made',
    [{ match: { prefix: 'svg/' }, formats: ['svg'] }, { match: { prefix: 'b/' } }],
    'b/x.jpg',
    'jpeg',
  ],
])('the sample is for %s', async (_what, given, key, format) => {
  const sharp = (await import('sharp')).default;
  const sample = await sampleFor(recipes(...given), 'x');
  expect(sample.key).toBe(key);
  expect((await sharp(sample.body).metadata()).format).toBe(format);
});

test('a pipeline that does nothing is told so, with where to look, and is cleaned up', async () => {
  const requests: string[] = [];
  // An S3 that takes uploads and has nothing.
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${new URL(request.url ?? '', 'http://s3').pathname}`);
    request.resume();
    const isRead = request.method === 'GET' && !request.url?.includes('list-type');
    response.writeHead(isRead ? 404 : 200, { etag: '"1"', 'content-type': 'application/xml' });
    response.end(
      isRead
        ? '<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>'
        : '<ListBucketResult/>',
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');

  const settings = parseSettings(
    { recipes: [{ name: 'photos', variants: [{ name: 'v', steps }] }] },
    'the test',
  );
  const outputs = {
    ...{ sourceBucket: 'source', processedBucket: 'processed', functionName: 'resizer' },
    ...{
      queueUrl: 'https://queue',
      deadLetterQueueUrl: 'https://letters',
      dashboardUrl: 'https://dashboard',
    },
  };
  await expect(smokeTest({ region: 'eu-west-1', settings }, outputs, 0)).rejects.toMatchObject({
    code: 'SMOKE_TEST',
    message: expect.stringMatching(
      /No manifest processed\/[^]*https:\/\/dashboard[^]*https:\/\/letters/,
    ),
  });
  expect(requests.filter((request) => request.startsWith('DELETE /source/'))).toHaveLength(1);
});
