import {
  S3Client,
  CreateBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { readChoices } from '@darkroom/pipeline';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FileToUpload } from './server.ts';
import { createUploads } from './server.ts';
import type { UploadForm } from './index.ts';

const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-client-'));
const aws = await startEmbeddedAws({ dataDir, port: 0 });
const s3 = new S3Client({
  endpoint: aws.endpoint,
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
for (const Bucket of ['photos', 'made']) await s3.send(new CreateBucketCommand({ Bucket }));

afterAll(async () => {
  s3.destroy();
  await aws.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const recipe = {
  match: { prefix: 'uploads/' },
  formats: ['jpeg', 'png'],
  variants: [{ name: 'thumb', steps: [{ encode: 'webp' }] }],
} as const;
const uploads = createUploads({
  ...{ s3, sourceBucket: 'photos', processedBucket: 'made', recipe, maxBytes: 1000 },
  deliveryUrl: 'https://images.example',
});

const content = Buffer.from('a picture');
const file: FileToUpload = {
  type: 'image/jpeg',
  bytes: content.byteLength,
  sha256: createHash('sha256').update(content).digest('base64'),
};

async function send({ url, fields }: UploadForm, bytes = content, changes: object = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changes })) body.append(name, value);
  body.append('file', new Blob([new Uint8Array(bytes)]));
  const response = await fetch(url, { method: 'POST', body });
  const text = await response.text();
  return { status: response.status, code: /<Code>(.*)<\/Code>/.exec(text)?.[1] };
}

describe('a form', () => {
  test('stores the file at a new key that the recipe matches', async () => {
    const form = await uploads.form(file, 'user-7');
    expect(form.key).toMatch(/^uploads\/user-7\/[0-9a-f-]{36}\.jpg$/);
    expect(form.outcomeUrl).toBe(`https://images.example/${form.key}/outcome.json`);
    expect(await send(form)).toMatchObject({ status: 201 });
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'photos', Key: form.key }));
    expect(head).toMatchObject({ ContentLength: content.byteLength, ContentType: 'image/jpeg' });
    expect((await uploads.form(file)).key).not.toBe((await uploads.form(file)).key);
  });

  test('accepts only this file: size, checksum, type and key', async () => {
    const form = await uploads.form(file);
    expect(await send(form, Buffer.from('a longer picture'))).toMatchObject({
      code: 'EntityTooLarge',
    });
    expect((await send(form, Buffer.from('A picture'))).status).toBe(400);
    expect(await send(form, content, { 'Content-Type': 'text/html' })).toMatchObject({
      status: 403,
    });
    expect(await send(form, content, { key: 'uploads/other.jpg' })).toMatchObject({ status: 403 });
  });

  test('expires', async () => {
    const soon = createUploads({ s3, sourceBucket: 'photos', recipe, expiresIn: -1 });
    expect(await send(await soon.form(file))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test.each([
    [{ ...file, type: 'text/html' }, 'UNSUPPORTED_FORMAT'],
    [{ ...file, type: '' }, 'UNSUPPORTED_FORMAT'],
    [{ ...file, bytes: 1001 }, 'TOO_LARGE'],
    [{ ...file, bytes: 0 }, 'TOO_LARGE'],
    [{ ...file, bytes: Number.NaN }, 'TOO_LARGE'],
  ])('is refused for %o', async (wrong, code) => {
    await expect(uploads.form(wrong)).rejects.toMatchObject({ name: 'ClientError', code });
  });

  test('never contains a folder with odd characters', async () => {
    for (const folder of ['../x', 'a//b', '', 'a b', 'ü'])
      await expect(uploads.form(file, folder)).rejects.toThrow(RangeError);
  });
});

describe('choices of an upload', () => {
  const choosing = createUploads({
    ...{ s3, sourceBucket: 'photos', recipe: { ...recipe, choices: ['focus', 'crop', 'alt'] } },
  });
  const metadataOf = async (Key: string) =>
    (await s3.send(new HeadObjectCommand({ Bucket: 'photos', Key }))).Metadata ?? {};
  const alt = 'Katze „Minka“ auf dem Dach, 屋根の上の猫 '.repeat(6).trim();
  const choices = {
    focus: { y: 0.7, x: 1 / 3 },
    crop: { left: 0, top: 1e-9, height: 0.5, width: 1 },
    alt,
  };
  const accepted = {
    focus: { x: 0.333333, y: 0.7 },
    crop: { left: 0, top: 0, width: 1, height: 0.5 },
    alt,
  };

  test('arrive with a form as the pipeline reads them', async () => {
    const form = await choosing.form({ ...file, choices });
    expect(await send(form)).toMatchObject({ status: 201 });
    const metadata = await metadataOf(form.key);
    expect(readChoices(metadata, ['focus', 'crop', 'alt'])).toEqual(accepted);
    const changed = { 'x-amz-meta-darkroom-alt': 'Another' };
    expect(await send(form, content, changed)).toMatchObject({ status: 403 });
  });

  test('arrive with a multipart upload', async () => {
    const { key, uploadId } = await choosing.multipart.create({ ...file, choices });
    const { url } = await choosing.multipart.signPart(key, uploadId, 1);
    await fetch(url, { method: 'PUT', body: new Uint8Array(content) });
    await choosing.multipart.complete(
      key,
      uploadId,
      await choosing.multipart.listParts(key, uploadId),
    );
    expect(readChoices(await metadataOf(key), ['focus', 'crop', 'alt'])).toEqual(accepted);
  });

  test.each([
    [{ alt: 'x'.repeat(2048) }],
    [{ focus: { x: 1.1, y: 0 } }],
    [{ focus: { x: Number.NaN, y: 0 } }],
  ])('are refused: %o', async (wrong) => {
    const refused = choosing.form({ ...file, choices: wrong });
    await expect(refused).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test('are refused if the recipe does not allow them', async () => {
    const refused = uploads.form({ ...file, choices: { alt: 'A cat' } });
    await expect(refused).rejects.toThrow('does not allow the choice "alt"');
  });
});

test('a multipart upload is signed part by part, and only below the recipe’s prefix', async () => {
  const { multipart } = createUploads({ s3, sourceBucket: 'photos', recipe });
  const big = Buffer.alloc(6 * 1024 * 1024, 'x');
  const { key, uploadId } = await multipart.create({ type: 'image/png', bytes: big.byteLength });
  const parts = [big.subarray(0, 5 * 1024 * 1024), big.subarray(5 * 1024 * 1024)];
  for (const [index, part] of parts.entries()) {
    const { url } = await multipart.signPart(key, uploadId, index + 1);
    expect((await fetch(url, { method: 'PUT', body: new Uint8Array(part) })).status).toBe(200);
  }
  const listed = await multipart.listParts(key, uploadId);
  expect(listed.map(({ PartNumber }) => PartNumber)).toEqual([1, 2]);
  expect(await multipart.complete(key, uploadId, listed)).toMatchObject({ key });
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'photos', Key: key }));
  expect(head.ContentLength).toBe(big.byteLength);
  for (const other of ['other/x.jpg', 'uploads/x.jpg', 'uploads/../y.jpg'])
    await expect(multipart.signPart(other, uploadId, 1)).rejects.toMatchObject({ code: 'REFUSED' });
});

test('a server waits for the manifest', async () => {
  const key = 'uploads/cat.jpg';
  const waiting = uploads.waitForOutcome(key, { eTag: 'new' });
  const put = (eTag: string) =>
    s3.send(
      new PutObjectCommand({
        Bucket: 'made',
        Key: `${key}/manifest.json`,
        Body: JSON.stringify({
          status: 'rejected',
          source: { eTag, versionId: null },
          error: { code: 'CORRUPT_IMAGE', message: 'cut', retryable: false },
        }),
      }),
    );
  await put('old');
  await put('new');
  expect(await waiting).toMatchObject({ status: 'rejected', code: 'CORRUPT_IMAGE' });
});
