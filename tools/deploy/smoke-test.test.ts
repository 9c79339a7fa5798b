import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseSettings, recipesSchema } from '@darkroom/pipeline';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
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

const manifestOf = (eTag: string) =>
  JSON.stringify({
    ...{ version: 1, status: 'done', recipe: 'photos', recipeHash: 'x', outputs: [] },
    source: { bucket: 'source', key: 'x.jpg', versionId: null, eTag, bytes: 1 },
  });

/** An S3 that takes uploads. It has a manifest of the upload with this number, or nothing. */
async function fakeS3(answered?: number): Promise<{ readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const uploads = () => requests.filter((request) => request.startsWith('PUT ')).length;
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://s3');
    requests.push(
      `${request.method} ${pathname}${search.replace(/&?x-id=\w+/, '').replace(/^\?$/, '')}`,
    );
    request.resume();
    const headers = {
      etag: `"${uploads()}"`,
      'x-amz-version-id': `v${uploads()}`,
      'content-type': 'application/xml',
    };
    if (request.method !== 'GET') return response.writeHead(200, headers).end();
    if (search.includes('list-type')) return response.writeHead(200).end('<ListBucketResult/>');
    if (answered !== undefined && uploads() >= answered)
      return response.writeHead(200).end(manifestOf(String(answered)));
    return response
      .writeHead(404, headers)
      .end('<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return { requests };
}

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
const stackFile = { region: 'eu-west-1', settings };

test('a pipeline that does nothing is told so, with where to look, and is cleaned up', async () => {
  const { requests } = await fakeS3();
  await expect(smokeTest(stackFile, outputs, { patienceMs: 0 })).rejects.toMatchObject({
    code: 'SMOKE_TEST',
    message: expect.stringMatching(
      /No manifest processed\/[^]*https:\/\/dashboard[^]*https:\/\/letters/,
    ),
  });
  // The object, then the marker that S3 answered with, and the version below it.
  expect(requests.filter((request) => request.startsWith('DELETE /source/'))).toHaveLength(3);
});

describe('new notifications', () => {
  const often = { againMs: 0, pauseMs: 0 };

  test('the sample is uploaded again until an event arrives, and every version is removed', async () => {
    const { requests } = await fakeS3(4);
    const lines: string[] = [];
    const { manifest } = await smokeTest(stackFile, outputs, {
      ...often,
      changed: new Date(),
      print: (line) => lines.push(line),
    });
    expect(manifest.source.eTag).toBe('4');
    expect(lines).toEqual([
      expect.stringMatching(
        /usually within five minutes[^]*again every 30 s, for up to 10 minutes/,
      ),
    ]);
    const removed = requests.filter((request) => /^DELETE \/source\/.*versionId=/.test(request));
    expect(removed.map((request) => /versionId=(.*)/.exec(request)?.[1])).toEqual(
      expect.arrayContaining(['v1', 'v2', 'v3', 'v4']),
    );
  });

  test('notifications that settled long ago need one upload only', async () => {
    const { requests } = await fakeS3();
    const changed = new Date(Date.now() - 11 * 60_000);
    await expect(
      smokeTest(stackFile, outputs, { ...often, changed, patienceMs: 0 }),
    ).rejects.toMatchObject({ code: 'SMOKE_TEST' });
    expect(requests.filter((request) => request.startsWith('PUT '))).toHaveLength(1);
  });
});
