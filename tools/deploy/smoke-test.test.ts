import { parseSettings, recipesSchema } from '@darkroom/pipeline';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sampleFor, smokeTest } from './smoke-test.ts';
import { fakeS3, type FakeS3Options, SOURCE } from './testing/fake-s3.ts';

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
  const sample = await sampleFor(recipes(...given), 'x');
  expect(sample.key).toBe(key);
  expect(await sharp(sample.body).metadata()).toMatchObject({
    ...{ format, width: 640, height: 480, hasAlpha: false },
  });
});

test('without a recipe that takes a sample, the deployment is told so', async () => {
  await expect(sampleFor(recipes({ formats: ['svg'] }), 'x')).rejects.toMatchObject({
    ...{ code: 'SMOKE_TEST', message: expect.stringMatching(/^No recipe takes a format/) },
  });
});

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

const sourceOf = (requests: readonly string[], method: string) =>
  requests.filter((request) => request.startsWith(`${method} /source/`));

/** S3, and a clock that goes on by this many seconds at each look for the manifest. */
async function slowS3(seconds: number, options: FakeS3Options = {}) {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.advanceTimersByTime(1000);
  const onLook = () => void vi.advanceTimersByTime(seconds * 1000);
  return fakeS3({ ...options, onLook });
}

const files = { 'photos/a.webp': 20, 'photos/b.webp': 30 };
const outputsOf = (sizes: Readonly<Record<string, number>>) =>
  Object.entries(sizes).map(([key, bytes]) => ({
    ...{ variant: 'v', key, bytes, format: 'webp', contentType: 'image/webp' },
    ...{ width: 16, height: 12, eTag: 'e', sha256: 's' },
  }));

test('a pipeline that works makes the outputs of one upload, and all of it is removed', async () => {
  const { requests } = await slowS3(3, {
    ...{ answered: 1, objects: files, manifest: { outputs: outputsOf(files) } },
  });
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const { sample, manifest, seconds } = await smokeTest(stackFile, outputs, { print });
  expect(sample.key).toMatch(/^darkroom-smoke-test-[0-9a-f-]{36}\.jpg$/);
  expect(seconds).toBe(3);
  expect(manifest).toMatchObject({ status: 'done', outputs: [{ bytes: 20 }, { bytes: 30 }] });
  expect(lines).toEqual([]);
  // S3 hides the object behind a marker. The listing has two pages.
  const source = `/source/${sample.key}`;
  const listed = `GET /processed/?list-type=2&prefix=${sample.key}%2F`;
  expect(requests).toEqual([
    `PUT ${source}`,
    `GET /processed/${sample.key}/manifest.json`,
    ...Object.keys(files).map((key) => `HEAD /processed/${key}`),
    `DELETE ${source}`,
    ...Array<string>(2).fill(`DELETE ${source}?versionId=v1`),
    listed,
    'DELETE /processed/photos/a.webp',
    expect.stringMatching(/^GET \/processed\/\?.*continuation-token=1/),
    'DELETE /processed/photos/b.webp',
  ]);
});

// S3 answers `null` in a bucket whose versioning is suspended.
test.each([undefined, 'null'] as const)(
  'with the version %s, one object is removed',
  async (versionId) => {
    const { requests } = await fakeS3({ answered: 1, versionId });
    await smokeTest(stackFile, outputs);
    expect(sourceOf(requests, 'DELETE')).toHaveLength(1);
  },
);

test('a manifest of another upload is not taken', async () => {
  await fakeS3({ answered: 1, manifest: { source: { ...SOURCE, eTag: 'other' } } });
  await expect(smokeTest(stackFile, outputs, { patienceMs: 0 })).rejects.toMatchObject({
    message: expect.stringMatching(/^No manifest /),
  });
});

test.each<[string, FakeS3Options, object]>([
  [
    'an output of another size',
    { objects: { ...files, 'photos/b.webp': 29 }, manifest: { outputs: outputsOf(files) } },
    {
      code: 'SMOKE_TEST',
      message: 'processed/photos/b.webp has 29 bytes, its manifest says 30.',
    },
  ],
  [
    'a rejection',
    {
      manifest: {
        status: 'rejected',
        error: { code: 'CORRUPT_IMAGE', message: 'no picture', retryable: false },
      },
    },
    { code: 'SMOKE_TEST', message: 'The sample was rejected, CORRUPT_IMAGE: no picture' },
  ],
  ['a bucket that refuses', { failure: 403 }, { name: 'AccessDenied', message: 'of this bucket' }],
])('%s ends it, and everything is removed', async (_what, options, problem) => {
  const { requests } = await fakeS3({ answered: 1, ...options });
  await expect(smokeTest(stackFile, outputs)).rejects.toMatchObject(problem);
  expect(sourceOf(requests, 'DELETE')).toHaveLength(3);
});

test('a pipeline that does nothing is told so, with where to look, and is cleaned up', async () => {
  const { requests } = await slowS3(25);
  const slow = {
    ...settings,
    queue: { ...settings.queue, batchWindow: 5 },
    function: { ...settings.function, timeout: 30 },
  };
  await expect(
    smokeTest({ ...stackFile, settings: slow }, outputs, { pauseMs: 0 }),
  ).rejects.toMatchObject({
    code: 'SMOKE_TEST',
    message: expect.stringMatching(
      /No manifest processed\/[^]* after 125 s\.[^]*https:\/\/dashboard[^]*https:\/\/letters/,
    ),
  });
  expect(requests.filter((request) => request.includes('manifest.json'))).toHaveLength(6);
  // The object, then the marker that S3 answered with, and the version below it.
  expect(sourceOf(requests, 'DELETE')).toHaveLength(3);
  expect(sourceOf(requests, 'PUT')).toHaveLength(1);
});

describe('new notifications', () => {
  test('the sample is uploaded again until an event arrives, and every version is removed', async () => {
    const { requests } = await slowS3(10, { answered: 4 });
    const lines: string[] = [];
    const { manifest } = await smokeTest(stackFile, outputs, {
      ...{ pauseMs: 0, changed: new Date() },
      print: (line) => lines.push(line),
    });
    expect(manifest.source.eTag).toBe('4');
    expect(lines).toEqual([
      expect.stringMatching(
        /usually within five minutes[^]*again every 30 s, for up to 10 minutes/,
      ),
    ]);
    // Every 30 s.
    expect(requests.filter((request) => request.includes('manifest.json'))).toHaveLength(10);
    const removed = sourceOf(requests, 'DELETE').filter((request) => request.includes('?'));
    expect(removed.map((request) => /versionId=(.*)/.exec(request)?.[1])).toEqual(
      expect.arrayContaining(['v1', 'v2', 'v3', 'v4']),
    );
  });

  test('the pipeline has its time after they have settled', async () => {
    await slowS3(10);
    const changed = new Date(Date.now() - 9 * 60_000);
    const options = { changed, patienceMs: 40_000, againMs: 1e6, pauseMs: 0 };
    await expect(smokeTest(stackFile, outputs, options)).rejects.toMatchObject({
      message: expect.stringMatching(/ after (?:99|100) s\./),
    });
  });

  test('notifications that settled long ago need one upload only', async () => {
    const { requests } = await slowS3(40);
    const changed = new Date(Date.now() - 11 * 60_000);
    const options = { changed, patienceMs: 100_000, pauseMs: 0 };
    await expect(smokeTest(stackFile, outputs, options)).rejects.toMatchObject({
      ...{ code: 'SMOKE_TEST', message: expect.stringContaining(' after 100 s.') },
    });
    expect(sourceOf(requests, 'PUT')).toHaveLength(1);
  });
});
