import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recipesSchema } from '@darkroom/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createS3 } from './clients.ts';
import { sideFileReader } from './function-engine.ts';
import { type CannedAws, s3Error, silence, startCannedAws, status } from './testing/canned-aws.ts';

const names = ['logo.png', 'brand/seal.webp', 'none.png', 's3:brand/logo.png'];
const recipes = recipesSchema.parse([
  {
    name: 'photos',
    variants: names.map((image, index) => ({ name: `v${index}`, steps: [{ watermark: image }] })),
  },
]);

let root: string;
let aws: CannedAws;
beforeAll(async () => {
  aws = await startCannedAws();
  root = await mkdtemp(path.join(tmpdir(), 'package-'));
  await mkdir(path.join(root, 'assets/brand'), { recursive: true });
  await writeFile(path.join(root, 'assets/logo.png'), 'the logo');
  await writeFile(path.join(root, 'assets/brand/seal.webp'), 'the seal');
  await writeFile(path.join(root, 'secret.txt'), 'a secret');
});
afterAll(async () => {
  await aws.close();
  await rm(root, { recursive: true, force: true });
});

async function read(name: string, { maxBytes = 100, signal = new AbortController().signal } = {}) {
  const reader = sideFileReader({ recipes, root, s3: createS3(), sourceBucket: 'photos' });
  return Buffer.from(await reader(name, { signal, maxBytes })).toString();
}

describe('of the bundle', () => {
  test.each([
    ['logo.png', 'the logo'],
    ['brand/seal.webp', 'the seal'],
  ])('%s', async (name, content) => {
    expect(await read(name)).toBe(content);
  });

  test('one that is not there', async () => {
    await expect(read('none.png')).rejects.toThrow('ENOENT');
  });

  test('one that is too large is not read', async () => {
    await expect(read('logo.png', { maxBytes: 7 })).rejects.toThrow(
      /logo\.png has 8 bytes; at most 7 are read$/,
    );
  });

  test.each(['../secret.txt', 'brand/../../secret.txt', 'other.png', 's3:uploads/cat.jpg'])(
    '%s, which no recipe names, is never read',
    async (name) => {
      await expect(read(name)).rejects.toThrow(`no recipe names the side file "${name}"`);
    },
  );
});

describe('of the source bucket', () => {
  const object = (body: string) =>
    status(200, { etag: '"an-etag"', 'content-length': String(body.length) }, body);

  test('by its key', async () => {
    aws.answer(object('from S3'));
    expect(await read('s3:brand/logo.png')).toBe('from S3');
    expect(aws.requests[0]?.line).toMatch(/^GET \/photos\/brand\/logo\.png/);
  });

  test('one that is not there is an operator’s matter: no code that asks for a retry', async () => {
    aws.answer(s3Error(404, 'NoSuchKey'));
    const failure = await read('s3:brand/logo.png').catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'brand/logo.png does not exist in photos' });
    expect(failure).not.toHaveProperty('code');
  });

  test('one that is too large is not read', async () => {
    aws.answer(object('x'.repeat(101)));
    await expect(read('s3:brand/logo.png')).rejects.toThrow(
      'brand/logo.png has 101 bytes; at most 100 are read',
    );
  });

  test.each([
    [503, 'SlowDown', 'THROTTLED'],
    [500, 'InternalError', 'STORAGE_UNAVAILABLE'],
  ])('%d %s is %s', async (code, name, expected) => {
    aws.answer(s3Error(code, name));
    await expect(read('s3:brand/logo.png')).rejects.toMatchObject({ code: expected });
  });

  test('an aborted step does not wait for S3', async () => {
    aws.answer(silence);
    const signal = AbortSignal.abort(new Error('out of time'));
    await expect(read('s3:brand/logo.png', { signal })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});
