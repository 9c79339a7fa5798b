import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { refused, RunningAws } from '../testing/running-aws.ts';

const HOUR = 3_600_000;

/** Bytes that no text encoding keeps, with a line that looks like a boundary. */
const PHOTO = Buffer.concat([Buffer.from([0xff, 0xd8, 0x00, 0x80]), Buffer.from('\r\n--\r\n')]);

function policy(conditions: readonly unknown[], expiresIn = HOUR): string {
  const expiration = new Date(Date.now() + expiresIn).toISOString();
  return Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
}

describe('form uploads', () => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start();
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  /** As a browser sends it: the fields in their order, then the file. */
  async function post(fields: Readonly<Record<string, string>>, file = PHOTO, name = 'cat.jpg') {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append('file', new Blob([new Uint8Array(file)]), name);
    form.append('submit', 'ignored after the file');
    const url = `${aws.endpoint}/${Bucket}`;
    const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
    return { answer, status: answer.status, text: await answer.text() };
  }
  const stored = (Key: string) => aws.s3.send(new GetObjectCommand({ Bucket, Key }));
  const isStored = (Key: string) =>
    aws.s3.send(new HeadObjectCommand({ Bucket, Key })).then(
      () => true,
      () => false,
    );

  const complete = {
    key: 'user/eric/${filename}',
    'Content-Type': 'image/jpeg',
    'x-amz-meta-tag': 'holiday',
    'X-Amz-Credential': 'test/20261201/us-east-1/s3/aws4_request',
    'X-Amz-Signature': 'not checked',
    'x-ignore-me': 'needs no condition',
  };
  const conditions = [
    { bucket: 'bucket-1' },
    ['starts-with', '$key', 'user/eric/'],
    ['starts-with', '$Content-Type', 'image/'],
    ['eq', '$x-amz-meta-tag', 'holiday'],
    ['starts-with', '$x-amz-credential', ''],
    ['content-length-range', 1, 100],
  ];

  test('a form that satisfies its policy is stored byte for byte', async () => {
    const { status } = await post({ ...complete, policy: policy(conditions) });
    expect(status).toBe(204);
    const object = await stored('user/eric/cat.jpg');
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(PHOTO);
    expect(object).toMatchObject({ ContentType: 'image/jpeg', Metadata: { tag: 'holiday' } });
  });

  describe('a form of createPresignedPost', () => {
    const presigned = (Expires?: number) =>
      createPresignedPost(aws.s3, {
        ...{ Bucket, Key: 'uploads/${filename}', Expires },
        Fields: { 'Content-Type': 'image/jpeg', success_action_status: '201' },
        Conditions: [
          ['starts-with', '$key', 'uploads/'],
          ['starts-with', '$Content-Type', 'image/'],
          ['content-length-range', 1, PHOTO.length],
        ],
      });

    test('goes to the URL of the bucket and is stored', async () => {
      const { url, fields } = await presigned();
      expect(url).toBe(`${aws.endpoint}/${Bucket}`);
      const { status } = await post(fields, PHOTO, 'presigned.jpg');
      expect(status).toBe(201);
      expect(await stored('uploads/presigned.jpg')).toMatchObject({ ContentType: 'image/jpeg' });
    });

    test('limits size, type and key', async () => {
      const { fields } = await presigned();
      const large = await post(fields, Buffer.concat([PHOTO, PHOTO]), 'large.jpg');
      expect([large.status, large.text]).toEqual([400, expect.stringContaining('EntityTooLarge')]);
      const empty = await post(fields, Buffer.alloc(0), 'empty.jpg');
      expect([empty.status, empty.text]).toEqual([400, expect.stringContaining('EntityTooSmall')]);
      const page = await post({ ...fields, 'Content-Type': 'text/html' }, PHOTO, 'page.jpg');
      expect(page.status).toBe(403);
      const elsewhere = await post({ ...fields, key: 'other/x.jpg' }, PHOTO, 'x.jpg');
      expect(elsewhere.status).toBe(403);
      for (const key of [
        'uploads/large.jpg',
        'uploads/empty.jpg',
        'uploads/page.jpg',
        'other/x.jpg',
      ])
        expect(await isStored(key)).toBe(false);
    });

    test('expires', async () => {
      const { fields } = await presigned(-1);
      const late = await post(fields, PHOTO, 'late.jpg');
      expect([late.status, late.text]).toEqual([403, expect.stringContaining('Policy expired')]);
      expect(await isStored('uploads/late.jpg')).toBe(false);
    });
  });

  test.each<[string, object, readonly unknown[], number, string]>([
    ['another bucket', {}, [{ bucket: 'other' }], 403, 'Policy Condition failed'],
    ['a key outside its prefix', { key: 'user/ann/x' }, [], 403, 'Policy Condition failed'],
    ['another Content-Type', { 'Content-Type': 'text/html' }, [], 403, 'Condition failed'],
    ['one other type in a list', { 'Content-Type': 'image/png,text/x' }, [], 403, 'failed'],
    ['another exact value', { 'x-amz-meta-tag': 'work' }, [], 403, 'Policy Condition failed'],
    ['a field without a condition', { acl: 'public-read' }, [], 403, 'Extra input fields: acl'],
    [
      'a file that is too large',
      {},
      [['content-length-range', 1, 9]],
      400,
      '<ProposedSize>10</ProposedSize><MaxSizeAllowed>9</MaxSizeAllowed>',
    ],
    [
      'a file that is too small',
      {},
      [['content-length-range', 11, 99]],
      400,
      '<MinSizeAllowed>11</MinSizeAllowed>',
    ],
    ['an unknown condition', {}, [['in', '$key', 'a']], 400, 'InvalidPolicyDocument'],
    ['a range that is not numbers', {}, [['content-length-range', 'a', 'b']], 400, 'Invalid'],
  ])('rejects %s, and stores nothing', async (_what, fields, more, status, text) => {
    const key = `user/eric/rejected-${Math.random()}`;
    const form = { ...complete, key, ...fields, policy: policy([...conditions, ...more]) };
    const answer = await post(form);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
    expect(await isStored(form.key)).toBe(false);
  });

  test('rejects an expired policy, and one that is not JSON', async () => {
    const expired = await post({ ...complete, policy: policy(conditions, -1000) });
    expect(expired.status).toBe(403);
    expect(expired.text).toContain('Invalid according to Policy: Policy expired.');
    const broken = await post({ ...complete, policy: 'e30=x{' });
    expect(broken.text).toContain('<Code>InvalidPolicyDocument</Code>');
  });

  test('answers with the status that the form asks for', async () => {
    for (const [asked, status] of [
      ['200', 200],
      ['204', 204],
      ['301', 204],
    ] as const) {
      expect((await post({ key: 'a', success_action_status: asked })).status).toBe(status);
    }
    const created = await post({ key: 'a b&c', success_action_status: '201' });
    expect(created.status).toBe(201);
    expect(created.text).toContain(`<Bucket>${Bucket}</Bucket><Key>a b&#x26;c</Key><ETag>`);
    expect(created.answer.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
  });

  test('redirects where the form asks for, with bucket, key and ETag', async () => {
    const to = 'http://localhost:3000/done?page=1';
    const { answer, status } = await post({ key: 'a b', success_action_redirect: to });
    expect(status).toBe(303);
    const { searchParams, origin } = new URL(answer.headers.get('location') ?? '');
    expect(origin).toBe('http://localhost:3000');
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ page: '1', bucket: Bucket, key: 'a b', etag: expect.stringMatching(/^"/) },
    });
    const nowhere = await post({ key: 'a', success_action_redirect: 'not a URL' });
    expect(nowhere.status).toBe(204);
  });

  test('the answer 201 and its older redirect', async () => {
    const { answer, text } = await post({ key: 'a b', success_action_status: '201' });
    const location = `${aws.endpoint}/${Bucket}/a%20b`;
    const eTag = answer.headers.get('etag') ?? '';
    expect(answer.headers.get('location')).toBe(location);
    expect(answer.headers.get('content-type')).toBe('application/xml');
    expect(text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${location}</Location><Bucket>${Bucket}</Bucket><Key>a b</Key><ETag>${eTag.replaceAll('"', '&#x22;')}</ETag></PostResponse>`,
    );
    const redirect = 'http://localhost:3000/old';
    const old = await post({ key: 'a', redirect });
    expect([old.status, old.answer.headers.get('location')]).toEqual([
      ...[303, expect.stringContaining(`${redirect}?bucket=${Bucket}&key=a&etag=%22`)],
    ]);
    const both = await post({
      key: 'a',
      redirect,
      success_action_redirect: 'http://localhost/new',
    });
    expect(both.answer.headers.get('location')).toContain('http://localhost/new?');
  });

  test('keeps headers, and has a type and a checksum all the same', async () => {
    await post({
      key: 'headers',
      'Cache-Control': 'no-cache',
      'Content-Disposition': 'attachment',
      'Content-Language': 'de',
      'x-amz-meta-My-Name': 'cat',
      'my-x-amz-meta-name': 'none',
    });
    const head = (Key: string) =>
      aws.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(PHOTO));
    expect(await head('headers')).toMatchObject({
      ...{ CacheControl: 'no-cache', ContentDisposition: 'attachment', ContentLanguage: 'de' },
      ...{ ContentType: 'binary/octet-stream', Metadata: { 'my-name': 'cat' } },
      ...{ ChecksumCRC32: sum.toString('base64'), ChecksumType: 'FULL_OBJECT' },
    });
  });

  test('takes a customer’s key', async () => {
    const key = Buffer.alloc(32, 'k');
    const name = 'x-amz-server-side-encryption-customer-';
    const md5 = createHash('md5').update(key).digest('base64');
    const encryption = { algorithm: 'AES256', key: key.toString('base64'), 'key-md5': md5 };
    const fields = Object.entries(encryption).map(([end, value]) => [name + end, value] as const);
    const { answer } = await post({ key: 'secret', ...Object.fromEntries(fields) });
    expect(answer.headers.get(`${name}key-md5`)).toBe(md5);
    await refused(stored('secret'), 'InvalidRequest', 400);
  });

  test('needs a key and a bucket, and names of headers for its metadata', async () => {
    const invalid: Record<string, string>[] = [
      {},
      { key: '' },
      { key: 'a', 'x-amz-meta-my name': 'x' },
    ];
    for (const fields of invalid) {
      const { status, text } = await post(fields);
      expect([status, text]).toEqual([
        400,
        expect.stringContaining('<Code>InvalidArgument</Code>'),
      ]);
    }
    const form = new FormData();
    form.append('key', 'a');
    form.append('file', new Blob(['x']));
    const elsewhere = { method: 'POST', body: form };
    const answer = await fetch(`${aws.endpoint}/no-such-bucket`, elsewhere);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('<Code>NoSuchBucket</Code>');
  });

  test('the fields before the file have 20 KiB at most', async () => {
    const fields = (bytes: number) => ({ key: 'fields', comment: 'é'.repeat(bytes / 2) });
    const names = 'key'.length + 'fields'.length + 'comment'.length;
    expect((await post(fields(20 * 1024 - names))).status).toBe(204);
    const { status, text } = await post(fields(20 * 1024 - names + 2));
    expect([status, text]).toEqual([
      ...[400, expect.stringContaining('<Code>MaxPostPreDataLengthExceeded</Code>')],
    ]);
  });

  test('only the first file counts, and what comes before it', async () => {
    const form = new FormData();
    form.append('KEY', '${filename} of ${filename}');
    form.append('File', new Blob(['first']), 'a/b\\$&.jpg');
    form.append('key', 'other');
    form.append('file', new Blob(['second']), 'other.jpg');
    const answer = await fetch(`${aws.endpoint}/${Bucket}`, { method: 'POST', body: form });
    expect(answer.status).toBe(204);
    const { Body } = await stored('$&.jpg of $&.jpg');
    expect(await Body?.transformToString()).toBe('first');
    expect(await isStored('other')).toBe(false);
  });

  test('verifies a checksum field', async () => {
    const wrong = await post({ key: 'checksum', 'x-amz-checksum-crc32': 'AAAAAA==' });
    expect(wrong.text).toContain('<Code>BadDigest</Code>');
    expect(await isStored('checksum')).toBe(false);
  });

  test('keeps storage class and Content-Encoding', async () => {
    const fields = { 'x-amz-storage-class': 'GLACIER', 'Content-Encoding': 'gzip' };
    expect((await post({ key: 'archived', ...fields })).status).toBe(204);
    const head = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'archived' }));
    expect(head).toMatchObject({ StorageClass: 'GLACIER', ContentEncoding: 'gzip' });
  });

  test('a file without a file name stays bytes', async () => {
    const body = Buffer.concat([
      Buffer.from('--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nraw${filename}\r\n'),
      Buffer.from('--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n'),
      PHOTO,
      Buffer.from('\r\n--x--\r\n'),
    ]);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const url = `${aws.endpoint}/${Bucket}`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(204);
    const { Body } = await stored('raw');
    expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(PHOTO);
  });

  test.each([
    ['no boundary', 'multipart/form-data', 'x', 'MalformedPOSTRequest'],
    ['no end', 'multipart/form-data; boundary=x', '--x\r\nContent-', 'MalformedPOSTRequest'],
    [
      'a part without a name',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--\r\n',
      'MalformedPOSTRequest',
    ],
    [
      'an unfinished file',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nbytes',
      'MalformedPOSTRequest',
    ],
    [
      'no file',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nraw\r\n--x--\r\n',
      'InvalidArgument',
    ],
  ])('rejects a form with %s', async (_what, contentType, body, code) => {
    const headers = { 'content-type': contentType };
    const answer = await fetch(`${aws.endpoint}/${Bucket}`, { method: 'POST', headers, body });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect(answer.status).toBe(400);
  });
});
