import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Environment, recipesSchema } from '@darkroom/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createS3 } from './clients.ts';
import { createFunctionEngine, sideFileReader } from './function-engine.ts';
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
    expect(await read('logo.png', { maxBytes: 8 })).toBe('the logo');
    await expect(read('logo.png', { maxBytes: 7 })).rejects.toMatchObject({
      message: expect.stringMatching(/logo\.png has 8 bytes; at most 7 are read$/),
    });
  });

  test('one whose step has ended is not read', async () => {
    const signal = AbortSignal.abort(new Error('out of time'));
    await expect(read('logo.png', { signal })).rejects.toThrow();
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

  test('one that is too large is not read, and frees its connection', async () => {
    aws.answer(object('x'.repeat(100)));
    expect(await read('s3:brand/logo.png')).toHaveLength(100);
    const answered = new Promise<ServerResponse>((resolve) => {
      aws.answer((response) => {
        response.writeHead(200, { etag: '"an-etag"', 'content-length': '1000000' });
        response.write('the beginning of much', () => resolve(response));
      });
    });
    await expect(read('s3:brand/logo.png')).rejects.toMatchObject({
      message: 'brand/logo.png has 1000000 bytes; at most 100 are read',
    });
    const response = await answered;
    if (!response.closed) await once(response, 'close');
    expect(response.writableFinished).toBe(false);
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

const dicom = Buffer.alloc(200);
dicom.write('DICM', 128, 'latin1');

describe('formats that recipes have to name', () => {
  const engineFor = (...formats: string[][]) => {
    const given = formats.map((accepted, index) => ({
      ...{ name: `r${index}`, match: { prefix: `${index}/` }, formats: accepted },
      variants: [{ name: 'v', steps: [{ resize: { width: 4 } }] }],
    }));
    const environment = { recipes: recipesSchema.parse(given), sourceBucket: 'photos' };
    return createFunctionEngine(environment as unknown as Environment, root, createS3());
  };

  test.each([
    ['svg', 'an SVG drawing', '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'],
    ['heic', 'a HEIC picture', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['pdf', 'a PDF document', '%PDF-1.7\n'],
    ['fits', 'a FITS picture', 'SIMPLE  =                    T'.padEnd(2880)],
    ['dicom', 'a DICOM file', dicom],
  ])(
    '%s: one recipe is enough; without one, the rejection says so',
    async (format, name, start) => {
      const upload = Buffer.from(start as string, 'latin1');
      expect(await engineFor(['jpeg'], [format, 'png']).survey(upload)).toMatchObject({ format });
      await expect(engineFor(['jpeg'], ['png']).survey(upload)).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        message: `the upload is ${name}; the \`formats\` of its recipe do not contain ${format}`,
      });
    },
  );
});
