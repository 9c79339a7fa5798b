import type { OutgoingHttpHeaders } from 'node:http';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { bareETag, namesETag } from './conditions.ts';
import { openRequest, rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('conditional writes in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const put = (Key: string, Body: string, condition: object = {}) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }));
  const remove = (Key: string, IfMatch?: string) =>
    aws.s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch }));
  const copy = (Key: string, source: string, condition: object = {}) =>
    aws.s3.send(
      new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${source}`, ...condition }),
    );
  const read = async (Key: string) => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToString();
  };
  const eTag = async (Key: string) =>
    (await aws.s3.send(new HeadObjectCommand({ Bucket, Key }))).ETag ?? '';

  test('PUT with If-None-Match: * creates only', async () => {
    await put('create', 'first', { IfNoneMatch: '*' });
    await refused(put('create', 'second', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    expect(await read('create')).toBe('first');
  });

  test('PUT with If-None-Match of an ETag is not implemented, as in S3', async () => {
    await refused(put('other', 'x', { IfNoneMatch: '"abc"' }), 'NotImplemented', 501);
  });

  test('PUT with If-Match replaces exactly that object', async () => {
    const { ETag = '' } = await put('replace', 'first');
    await refused(put('replace', 'x', { IfMatch: '"wrong"' }), 'PreconditionFailed', 412);
    await put('replace', 'second', { IfMatch: ETag.replaceAll('"', '') });
    await refused(put('replace', 'third', { IfMatch: ETag }), 'PreconditionFailed', 412);
    await refused(put('nothing', 'x', { IfMatch: ETag }), 'NoSuchKey', 404);
    expect(await read('replace')).toBe('second');
  });

  test('DELETE with If-Match', async () => {
    const { ETag = '' } = await put('delete', 'x');
    await refused(remove('delete', '"wrong"'), 'PreconditionFailed', 412);
    await remove('delete', ETag);
    await refused(remove('delete', ETag), 'NoSuchKey', 404);
    await put('delete', 'x');
    await remove('delete', '*');
    await remove('delete'); // of nothing, unconditionally: no error
  });

  test('copy: conditions on the target and on the source', async () => {
    const { ETag } = await put('source', 'x');
    await copy('target', 'source', { IfNoneMatch: '*' });
    await refused(copy('target', 'source', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await refused(copy('target', 'source', { IfMatch: '"wrong"' }), 'PreconditionFailed', 412);
    await copy('target', 'source', { IfMatch: ETag, CopySourceIfMatch: ETag });
    for (const condition of [
      { CopySourceIfMatch: '"wrong"' },
      { CopySourceIfNoneMatch: ETag },
      { CopySourceIfModifiedSince: new Date(Date.now() + 60_000) },
      { CopySourceIfUnmodifiedSince: new Date(0) },
    ]) {
      await refused(copy('target', 'source', condition), 'PreconditionFailed', 412);
    }
  });

  test('completing a multipart upload', async () => {
    const Key = 'multipart';
    await put(Key, 'x');
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = { Bucket, Key, UploadId, PartNumber: 1 };
    const { ETag } = await aws.s3.send(new UploadPartCommand({ ...part, Body: 'whole' }));
    const complete = (condition: object) =>
      aws.s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
          ...condition,
        }),
      );
    await refused(complete({ IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await refused(complete({ IfMatch: '"wrong"' }), 'PreconditionFailed', 412);
    await complete({ IfMatch: await eTag(Key) }); // the refused tries kept the parts
    expect(await read(Key)).toBe('whole');
  });

  test('of 8 concurrent conditional writers exactly one wins', async () => {
    for (let round = 0; round < 6; round += 1) {
      const Key = `race-${round}`;
      const padding = 'x'.repeat(round % 2 === 0 ? 0 : 200_000);
      const race = async <Answer>(start: (writer: number) => Promise<Answer>) => {
        const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => start(n)));
        const losers = results.filter((result) => result.status === 'rejected');
        expect(losers).toHaveLength(7);
        return {
          winner: results.findIndex((result) => result.status === 'fulfilled'),
          errors: new Set(losers.map(({ reason }) => (reason as Error).name)),
        };
      };
      const created = await race((n) => put(Key, `${n}${padding}`, { IfNoneMatch: '*' }));
      expect(created.errors).toEqual(new Set(['PreconditionFailed']));
      expect(await read(Key)).toBe(`${created.winner}${padding}`);

      const first = await eTag(Key);
      const replaced = await race((n) => put(Key, `new ${n}`, { IfMatch: first }));
      expect(await read(Key)).toBe(`new ${replaced.winner}`);

      const second = await eTag(Key);
      const removed = await race(() => remove(Key, second));
      expect(removed.errors).toEqual(new Set(['NoSuchKey']));
    }
  });
});

describe('a delete during a conditional upload', () => {
  let aws: RunningAws;
  let Bucket: string;
  beforeEach(async () => {
    aws = await RunningAws.start();
    Bucket = await aws.bucket();
  });
  afterEach(() => aws.stop());

  const put = (Key: string) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }));
  const remove = (Key: string) => aws.s3.send(new DeleteObjectCommand({ Bucket, Key }));

  /** The server must have seen the request's head before the delete: it answers 100 then. */
  async function slowUpload(Key: string, between: () => Promise<unknown>) {
    const headers = { 'if-none-match': '*', 'content-length': 4, expect: '100-continue' };
    const upload = openRequest(aws.endpoint, 'PUT', `/${Bucket}/${Key}`, headers);
    upload.send('ab');
    await upload.continued;
    await between();
    upload.end('cd');
    return upload.answer;
  }

  test('makes it fail with 409, and the next try is free', async () => {
    await put('slow');
    const answer = await slowUpload('slow', () => remove('slow'));
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('<Code>ConditionalRequestConflict</Code>');
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'slow' })), 'NotFound', 404);
    await put('slow');
  });

  test('of another key, or of nothing, does not matter', async () => {
    await put('neighbour');
    const answer = await slowUpload('calm', async () => {
      await remove('neighbour');
      await remove('calm');
    });
    expect(answer.status).toBe(200);
  });

  test('makes the completion of a multipart upload fail with 409', async () => {
    const Key = 'parts';
    await put(Key);
    const { UploadId = '' } = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag = '' } = await aws.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' }),
    );
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${ETag.replaceAll('"', '')}</ETag></Part></CompleteMultipartUpload>`;
    const path = `/${Bucket}/${Key}?uploadId=${UploadId}`;
    const complete = (condition: OutgoingHttpHeaders) => {
      const headers = { ...condition, 'content-length': document.length, expect: '100-continue' };
      return openRequest(aws.endpoint, 'POST', path, headers);
    };
    const slow = complete({ 'if-none-match': '*' });
    slow.send(document.slice(0, 9));
    await slow.continued;
    await remove(Key);
    slow.end(document.slice(9));
    const answer = await slow.answer;
    expect([answer.status, answer.text]).toEqual([
      ...[409, expect.stringContaining('<Code>ConditionalRequestConflict</Code>')],
    ]);
    const again = complete({ 'if-none-match': '*' });
    again.end(document);
    expect((await again.answer).status).toBe(200);
  });

  test('does not matter to an upload without a condition', async () => {
    await put('plain');
    const headers = { 'content-length': 4, expect: '100-continue' };
    const upload = openRequest(aws.endpoint, 'PUT', `/${Bucket}/plain`, headers);
    upload.send('ab');
    await upload.continued;
    await remove('plain');
    upload.end('cd');
    expect((await upload.answer).status).toBe(200);
  });

  test('that came before it was completed does not matter to a multipart upload', async () => {
    const Key = 'multipart';
    await put(Key);
    const { UploadId } = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await aws.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' }),
    );
    await remove(Key);
    await aws.s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        IfNoneMatch: '*',
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
  });
});

const BEFORE = 'Mon, 01 Jan 2024 00:00:00 GMT';
const AFTER = 'Fri, 01 Jan 2100 00:00:00 GMT';

describe.each(STORAGES)('conditional reads in %s', (storage) => {
  let aws: RunningAws;
  let path: string;
  let ETag: string;
  let lastModified: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    const Bucket = await aws.bucket();
    path = `/${Bucket}/a`;
    const put = new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', CacheControl: 'no-cache' });
    ({ ETag = '' } = await aws.s3.send(put));
    lastModified = (await rawRequest(aws.endpoint, 'HEAD', path)).headers['last-modified'] ?? '';
  });
  afterAll(() => aws.stop());

  const bare = () => ETag.replaceAll('"', '');
  const CASES: readonly [string, () => Record<string, string>, number][] = [
    ['its ETag', () => ({ 'if-match': ETag }), 200],
    ['its ETag unquoted', () => ({ 'if-match': bare() }), 200],
    ['a list with its ETag', () => ({ 'if-match': `"other", ${ETag}` }), 200],
    ['If-Match: *', () => ({ 'if-match': '*' }), 200],
    ['another ETag', () => ({ 'if-match': '"other"' }), 412],
    ['If-None-Match: its ETag', () => ({ 'if-none-match': ETag }), 304],
    ['If-None-Match: weak', () => ({ 'if-none-match': `W/${ETag}` }), 304],
    ['If-None-Match: a list', () => ({ 'if-none-match': `"other",${bare()}` }), 304],
    ['If-None-Match: *', () => ({ 'if-none-match': '*' }), 304],
    ['If-None-Match: another', () => ({ 'if-none-match': '"other"' }), 200],
    ['modified since its own date', () => ({ 'if-modified-since': lastModified }), 304],
    ['modified since long ago', () => ({ 'if-modified-since': BEFORE }), 200],
    ['unmodified since its own date', () => ({ 'if-unmodified-since': lastModified }), 200],
    ['unmodified since long ago', () => ({ 'if-unmodified-since': BEFORE }), 412],
    ['an invalid date', () => ({ 'if-modified-since': 'yesterday' }), 200],
    ['ETags come before dates', () => ({ 'if-match': ETag, 'if-unmodified-since': BEFORE }), 200],
    [
      'ETags come before dates, in the other direction',
      () => ({ 'if-none-match': '"other"', 'if-modified-since': AFTER }),
      200,
    ],
  ];

  test.each(CASES)('%s', async (_, headers, status) => {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => rawRequest(aws.endpoint, method, path, headers())),
    );
    expect([get?.status, head?.status]).toEqual([status, status]);
    if (status === 412) expect(get?.text).toContain('<Code>PreconditionFailed</Code>');
    if (status === 304) {
      expect(get?.headers).toMatchObject({ etag: ETag, 'cache-control': 'no-cache' });
      expect(get?.text).toBe('');
    }
  });

  test('of nothing is 404', async () => {
    const answer = await rawRequest(aws.endpoint, 'GET', `${path}-missing`, { 'if-match': '*' });
    expect(answer.status).toBe(404);
  });
});

test('ETags are compared without quotes and weakness mark, and in lists', () => {
  expect(bareETag(' W/"aW/b" ')).toBe('aW/b');
  expect(bareETag('a"b')).toBe('a"b');
  expect(namesETag('"x", *', '"a"')).toBe(true);
  expect(namesETag('"x", W/"a"', '"a"')).toBe(true);
  expect(namesETag('"x", "b"', '"a"')).toBe(false);
});
