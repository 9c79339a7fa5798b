import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { RunningAws, STORAGES } from '../testing/running-aws.ts';

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
    ['a date that is none', () => ({ 'if-modified-since': 'yesterday' }), 200],
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
