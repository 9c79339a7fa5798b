import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FoundObject } from '@darkroom/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createS3 } from './clients.ts';
import { directS3 } from './direct-s3.ts';
import { s3ObjectStore } from './object-store.ts';
import { authorizationOf } from './testing/signature-of.ts';
import {
  reset,
  s3Error,
  silence,
  startCannedAws,
  status,
  type CannedAws,
} from './testing/canned-aws.ts';

let aws: CannedAws;
beforeAll(async () => {
  aws = await startCannedAws();
});
afterAll(() => aws.close());

/** Of no bytes. */
const SHA256 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

describe.each([
  ['the SDK’s client', createS3],
  ['requests without its middleware', () => directS3(createS3())],
])('with %s', (_name, createSender) => {
  let store: ReturnType<typeof s3ObjectStore>;
  beforeAll(() => {
    store = s3ObjectStore(createSender(), 'photos', new AbortController().signal);
  });

  const firstLine = () => aws.requests[0]?.line;
  const put = (precondition: { ifMatch: string } | 'absent') =>
    store.put('uploads/a b+c.jpg/thumb.webp', new TextEncoder().encode('webp'), {
      precondition,
      contentType: 'image/webp',
      cacheControl: 'no-store',
      metadata: { recipe: 'photos' },
    });

  async function get(...options: Parameters<typeof store.get>): Promise<FoundObject> {
    const result = await store.get(...options);
    if (result.kind !== 'found') throw new Error(`it is ${result.kind}`);
    return result;
  }

  describe('LIST', () => {
    const page = (keys: readonly string[], next?: string) =>
      status(
        200,
        { 'content-type': 'application/xml' },
        `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>
       <IsTruncated>${next !== undefined}</IsTruncated>
       ${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}
       ${keys.map((key) => `<Contents><Key>${key}</Key><ETag>"etag of ${key}"</ETag></Contents>`).join('')}
       <CommonPrefixes><Prefix>uploads/a/nested/</Prefix></CommonPrefixes>
       </ListBucketResult>`,
      );

    test('gives all pages, keys decoded as S3 encodes them, ETags bare', async () => {
      aws.answer(
        page(['uploads/a+b%2Bc.jpg', 'uploads/%E7%8C%AB.jpg'], 'the-next'),
        page(['uploads/%25.jpg']),
      );
      expect(await store.list('uploads/a/')).toEqual([
        { key: 'uploads/a b+c.jpg', eTag: 'etag of uploads/a+b%2Bc.jpg' },
        { key: 'uploads/猫.jpg', eTag: 'etag of uploads/%E7%8C%AB.jpg' },
        { key: 'uploads/%.jpg', eTag: 'etag of uploads/%25.jpg' },
      ]);
      const [one, two] = aws.requests.map(({ line }) => new URL(line.slice(4), 'http://s3'));
      expect(one?.pathname).toBe('/photos/');
      expect(Object.fromEntries(one?.searchParams ?? [])).toMatchObject({
        prefix: 'uploads/a/',
        delimiter: '/',
        'encoding-type': 'url',
      });
      expect(two?.searchParams.get('continuation-token')).toBe('the-next');
    });

    test('gives nothing where nothing is there', async () => {
      aws.answer(page([]));
      expect(await store.list('uploads/a/')).toEqual([]);
    });

    test('that is cut off in the body is tried again, never half a list', async () => {
      aws.answer(
        (response) => {
          response.writeHead(200, { 'content-type': 'application/xml', 'content-length': '1000' });
          response.write('<ListBucketResult><Contents>', () => response.destroy());
        },
        page(['uploads/a.jpg']),
      );
      expect(await store.list('uploads/a/')).toHaveLength(1);
    });

    test('that is answered by 200 and an error is tried again', async () => {
      const error = '<Error><Code>InternalError</Code><Message>as told</Message></Error>';
      aws.answer(
        status(200, { 'content-type': 'application/xml' }, error),
        page(['uploads/a.jpg']),
      );
      expect(await store.list('uploads/a/')).toHaveLength(1);
    });

    test('of a bucket that is not there is STORAGE_UNAVAILABLE', async () => {
      aws.answer(s3Error(404, 'NoSuchBucket'));
      await expect(store.list('')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    });
  });

  describe('GET', () => {
    const body = { etag: '"abc"', 'content-length': '4', 'x-amz-version-id': 'v1' };

    test('gives an object whose body is still to be read', async () => {
      aws.answer(status(200, body, 'jpeg'));
      const found = await get('uploads/a b+c.jpg');
      expect(found).toMatchObject({ eTag: 'abc', versionId: 'v1', bytes: 4 });
      expect(new TextDecoder().decode(await found.read())).toBe('jpeg');
      expect(firstLine()).toBe('GET /photos/uploads/a%20b%2Bc.jpg?x-id=GetObject');
    });

    test('of an object without bytes', async () => {
      aws.answer(status(200, { etag: '"abc"', 'content-length': '0' }));
      const found = await get('empty.jpg');
      expect(found).toMatchObject({ versionId: null, bytes: 0 });
      expect(await found.read()).toHaveLength(0);
    });

    test('gives the version and the SHA-256 that the client stored', async () => {
      const checksum = { 'x-amz-checksum-mode': 'ENABLED' };
      aws.answer(status(200, { ...body, 'x-amz-checksum-sha256': SHA256, 'content-length': '0' }));
      expect(await get('a.jpg')).toMatchObject({ versionId: 'v1', checksumSha256: SHA256 });
      expect(aws.requests[0]?.headers).toMatchObject(checksum);
      expect(await store.head('a.jpg')).toMatchObject({ versionId: 'v1', checksumSha256: SHA256 });
      expect(aws.requests[1]?.headers).toMatchObject(checksum);
    });

    test('gives no version id for the version without one, and no checksum without one', async () => {
      aws.answer(status(200, { ...body, 'x-amz-version-id': 'null' }, 'jpeg'));
      expect(await get('a.jpg')).toMatchObject({ versionId: null });
      expect(await get('a.jpg')).not.toHaveProperty('checksumSha256');
    });

    test('gives the metadata', async () => {
      aws.answer(status(200, { ...body, 'x-amz-meta-album': 'summer' }, 'jpeg'));
      const found = await get('a.jpg');
      expect(found.metadata).toEqual({ album: 'summer' });
      expect(aws.requests[0]?.headers).not.toHaveProperty('if-match');
    });

    test('without an ETag is refused', async () => {
      aws.answer(status(200, { 'content-length': '4' }, 'jpeg'));
      await expect(store.get('a.jpg')).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('No ETag for a.jpg') as string,
      });
    });

    test('names the ETag that is wanted', async () => {
      aws.answer(s3Error(412, 'PreconditionFailed'));
      await expect(store.get('a.jpg', { ifMatch: 'abc' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(aws.requests[0]?.headers).toMatchObject({ 'if-match': '"abc"' });
    });

    test('of nothing is missing; of a certain version that is gone, a conflict', async () => {
      aws.answer(s3Error(404, 'NoSuchKey'));
      expect(await store.get('a.jpg')).toEqual({ kind: 'missing' });
      await expect(store.get('a.jpg', { ifMatch: 'x' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    });

    describe('of an object that cannot be read', () => {
      const sseC = 'The object was stored using a form of Server Side Encryption.';

      test('is unreadable if it is archived', async () => {
        aws.answer(
          s3Error(403, 'InvalidObjectState'),
          status(200, { etag: '"abc"', 'content-length': '4', 'x-amz-version-id': 'v1' }),
        );
        expect(await store.get('a.jpg')).toEqual({
          kind: 'unreadable',
          metadata: {},
          reason: expect.stringContaining('archived') as string,
          eTag: 'abc',
          versionId: 'v1',
          bytes: 4,
        });
      });

      test('is missing if it is gone in the meantime', async () => {
        aws.answer(s3Error(403, 'InvalidObjectState'), status(404));
        expect(await store.get('a.jpg')).toEqual({ kind: 'missing' });
      });

      test('is unreadable if it is encrypted with a key of its uploader', async () => {
        const listing =
          '<ListBucketResult><Contents><Key>a.jpg</Key><ETag>"abc"</ETag><Size>4</Size></Contents></ListBucketResult>';
        const xml = { 'content-type': 'application/xml' };
        aws.answer(s3Error(400, 'InvalidRequest', sseC), status(400), status(200, xml, listing));
        expect(await store.get('a.jpg')).toMatchObject({
          kind: 'unreadable',
          reason: expect.stringContaining('SSE-C') as string,
          eTag: 'abc',
          bytes: 4,
        });
        expect(aws.requests.at(-1)?.line).toContain('max-keys=1');
        aws.answer(status(400), status(200, xml, listing));
        expect(await store.head('a.jpg')).toMatchObject({ eTag: 'abc' });
        aws.answer(status(400), status(200, xml, listing.replace('a.jpg', 'a.jpg.bak')));
        expect(await store.head('a.jpg')).toBeUndefined();
      });

      test.each([
        [403, 'AccessDenied', 'not authorized to perform: kms:Decrypt'],
        [400, 'KMS.DisabledException', 'the key is disabled'],
      ])('remains an operator’s matter if KMS refuses: %i %s', async (code, name, message) => {
        aws.answer(s3Error(code, name, message));
        await expect(store.get('a.jpg')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
      });
    });

    test('gives the content encoding', async () => {
      aws.answer(status(200, { ...body, 'content-encoding': 'gzip' }, 'jpeg'));
      expect(await get('a.jpg')).toMatchObject({ contentEncoding: 'gzip' });
    });

    test.each([
      ['crc32', '6nLLMg=='],
      ['crc32c', 'Q/xtrw=='],
      ['crc64nvme', 'P2kuD90pS34='],
      ['sha1', 'FJk3Is/Qbw6F/MgqncSJQAvuq7k='],
      ['sha256', 'QeV4fp8oVi0HuJGxgWtJIwnWRsDygpdD+kljqfnMHWE='],
    ])('verifies the body by its %s', async (name, checksum) => {
      const header = `x-amz-checksum-${name}`;
      aws.answer(
        status(200, { ...body, [header]: checksum }, 'jpeg'),
        status(200, { ...body, [header]: checksum }, 'JPEG'),
        // Of the parts of a multipart upload.
        status(200, { ...body, [header]: `${checksum}-2` }, 'JPEG'),
      );
      expect(await (await get('a.jpg')).read()).toHaveLength(4);
      await expect((await get('a.jpg')).read()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('Checksum mismatch'),
      });
      expect(await (await get('a.jpg')).read()).toHaveLength(4);
    });

    test('of a bucket that is not there says nothing about the object', async () => {
      aws.answer(s3Error(404, 'NoSuchBucket'));
      await expect(store.get('a.jpg')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    });

    test('is tried again where S3 is busy', async () => {
      aws.answer(s3Error(503, 'SlowDown'), status(200, body, 'jpeg'));
      const found = await get('a.jpg');
      expect(await found.read()).toHaveLength(4);
      expect(aws.requests).toHaveLength(2);
    });

    test('is THROTTLED where S3 stays busy', async () => {
      aws.answer(s3Error(503, 'SlowDown'));
      await expect(store.get('a.jpg')).rejects.toMatchObject({
        code: 'THROTTLED',
        message: 'GET photos/a.jpg: SlowDown: as told',
      });
      expect(aws.requests).toHaveLength(3);
    });

    test('that is cut off in the body is STORAGE_UNAVAILABLE, never half a picture', async () => {
      aws.answer((response) => {
        response.writeHead(200, { ...body, 'content-length': '1000' });
        response.write('only some', () => response.destroy());
      });
      const found = await get('a.jpg');
      await expect(found.read()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('reading the body'),
      });
    });

    test.each([
      ['', {}],
      [' with a checksum', { 'x-amz-checksum-crc32': 'AAAAAA==' }],
    ])('that is not wanted frees its connection%s', async (_what, checksum) => {
      const answered = new Promise<ServerResponse>((resolve) => {
        aws.answer((response) => {
          response.writeHead(200, { ...body, ...checksum, 'content-length': '1000000' });
          response.write('the beginning of much', () => resolve(response));
        });
      });
      const found = await get('a.jpg');
      const response = await answered;
      const closed = once(response, 'close');
      found.discard();
      await closed;
      expect(response.writableFinished).toBe(false);
    });

    test('without a length is refused: it would count as empty', async () => {
      aws.answer((response) => {
        response.writeHead(200, { etag: '"abc"' });
        response.end('jpeg');
      });
      await expect(store.get('a.jpg')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    });
  });

  describe('HEAD', () => {
    test('gives the identity and metadata, or nothing', async () => {
      const headers = { etag: '"abc"', 'content-length': '4' };
      aws.answer(
        status(200, headers),
        status(200, { ...headers, 'x-amz-meta-recipe': 'photos' }),
        status(404),
      );
      const identity = { eTag: 'abc', versionId: null, bytes: 4 };
      expect(await store.head('a.jpg')).toEqual({ ...identity, metadata: {} });
      expect(await store.head('a.jpg')).toEqual({ ...identity, metadata: { recipe: 'photos' } });
      expect(await store.head('a.jpg')).toBeUndefined();
      expect(firstLine()).toBe('HEAD /photos/a.jpg');
    });

    test('that is refused does not mean that nothing is there', async () => {
      aws.answer(status(403));
      await expect(store.head('a.jpg')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    });
  });

  describe('PUT', () => {
    test('says what the object is, and for which state of things it is meant', async () => {
      aws.answer(status(200, { etag: '"new"' }));
      expect(await put('absent')).toBe('new');
      expect(await put({ ifMatch: 'old' })).toBe('new');
      const [fresh, again] = aws.requests;
      expect(fresh?.line).toBe('PUT /photos/uploads/a%20b%2Bc.jpg/thumb.webp?x-id=PutObject');
      expect(fresh?.body).toBe('webp');
      expect(fresh?.headers).toMatchObject({
        'content-type': 'image/webp',
        'cache-control': 'no-store',
        'x-amz-meta-recipe': 'photos',
        'if-none-match': '*',
      });
      expect(fresh?.headers).not.toHaveProperty('if-match');
      expect(again?.headers).toMatchObject({ 'if-match': '"old"' });
      expect(again?.headers).not.toHaveProperty('if-none-match');
    });

    test.each([
      [412, 'PreconditionFailed', 'CONFLICT', 1],
      [404, 'NoSuchKey', 'CONFLICT', 1],
      [409, 'ConditionalRequestConflict', 'CONFLICT', 1],
      [403, 'AccessDenied', 'STORAGE_UNAVAILABLE', 1],
      [500, 'InternalError', 'STORAGE_UNAVAILABLE', 3],
      [400, 'RequestTimeout', 'TIMEOUT', 3],
    ])('answered by %i %s is %s, after %i requests', async (code, name, ours, requests) => {
      aws.answer(s3Error(code, name));
      await expect(put('absent')).rejects.toMatchObject({ code: ours });
      expect(aws.requests).toHaveLength(requests);
    });

    test('carries a checksum of its bytes', async () => {
      aws.answer(status(200, { etag: '"new"' }));
      await put('absent');
      // Of `webp`.
      expect(aws.requests[0]?.headers).toMatchObject({ 'x-amz-checksum-crc32': 'nn426w==' });
    });

    test('that is answered by 200 and an error is no success', async () => {
      const error = '<Error><Code>InternalError</Code><Message>as told</Message></Error>';
      aws.answer(status(200, { etag: '"new"' }, error), status(200, { etag: '"newer"' }));
      expect(await put('absent')).toBe('newer');
    });

    test('whose answer is lost is a conflict: it is tried again, and the object is there', async () => {
      aws.answer(reset, s3Error(412, 'PreconditionFailed'));
      await expect(put('absent')).rejects.toMatchObject({ code: 'CONFLICT' });
    });
  });

  test.each([
    ['LIST photos/uploads/', () => store.list('uploads/')],
    ['GET photos/a.jpg', () => store.get('a.jpg')],
    ['HEAD photos/a.jpg', () => store.head('a.jpg')],
    ['PUT photos/uploads/a b+c.jpg/thumb.webp', () => put('absent')],
    ['DELETE photos/a.jpg', () => store.delete('a.jpg', { ifMatch: 'abc' })],
  ])('a refusal names the request: %s', async (request, send: () => Promise<unknown>) => {
    aws.answer(s3Error(403, 'AccessDenied'));
    await expect(send()).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^${request.replaceAll('+', '\\+')}: `)),
    });
    expect(aws.requests).toHaveLength(1);
  });

  test('HEAD of an object with a key of its uploader, which cannot be listed', async () => {
    aws.answer(status(400), s3Error(403, 'AccessDenied'));
    await expect(store.head('a.jpg')).rejects.toMatchObject({
      message: 'LIST photos/a.jpg: AccessDenied: as told',
    });
    aws.answer(status(400), status(200, {}, '<ListBucketResult></ListBucketResult>'));
    expect(await store.head('a.jpg')).toBeUndefined();
  });

  test('GET of an archived version is not a damaged picture', async () => {
    aws.answer(s3Error(403, 'InvalidObjectState'));
    await expect(store.get('a.jpg', { ifMatch: 'abc' })).rejects.toThrow('InvalidObjectState');
  });

  test('DELETE is for the object that was listed', async () => {
    aws.answer(status(204), s3Error(412, 'PreconditionFailed'), s3Error(404, 'NoSuchKey'));
    await store.delete('a.jpg/thumb.webp', { ifMatch: 'abc' });
    expect(aws.requests[0]).toMatchObject({
      line: 'DELETE /photos/a.jpg/thumb.webp?x-id=DeleteObject',
      headers: { 'if-match': '"abc"' },
    });
    for (let answer = 2; answer <= 3; answer++)
      await expect(store.delete('a.jpg/thumb.webp', { ifMatch: 'abc' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
  });

  test('each request carries the signature of what is sent', async () => {
    const key = 'uploads/a b+c/猫!(1)*.jpg';
    const empty = status(200, { etag: '"abc"', 'content-length': '0' });
    aws.answer(status(200, {}, '<ListBucketResult></ListBucketResult>'), empty);
    await store.list(`${key}/`);
    await get(key);
    await store.head(key);
    await store.delete(key, { ifMatch: 'abc' });
    await put('absent');
    expect(aws.requests).toHaveLength(5);
    for (const request of aws.requests)
      expect(request.headers.authorization).toBe(
        authorizationOf(request, { accessKeyId: 'test', secretAccessKey: 'test' }),
      );
  });

  describe('when the function’s time runs out', () => {
    test.each(['get', 'head', 'list'] as const)('a %s that waits is TIMEOUT', async (request) => {
      const controller = new AbortController();
      const hurried = s3ObjectStore(createSender(), 'photos', controller.signal);
      aws.answer(silence);
      const waiting = hurried[request]('a.jpg');
      setImmediate(() => controller.abort());
      await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' });
    });

    test('a body that is still coming is TIMEOUT', async () => {
      const controller = new AbortController();
      const hurried = s3ObjectStore(createSender(), 'photos', controller.signal);
      aws.answer((response) => {
        response.writeHead(200, { etag: '"abc"', 'content-length': '1000' });
        response.write('only some');
      });
      const found = await hurried.get('a.jpg');
      if (found.kind !== 'found') throw new Error(`it is ${found.kind}`);
      const reading = found.read();
      controller.abort();
      await expect(reading).rejects.toMatchObject({ code: 'TIMEOUT' });
    });
  });

  test('a connection that ends without an answer is TIMEOUT: the SDK counts it so', async () => {
    aws.answer(reset);
    await expect(store.get('a.jpg')).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(aws.requests).toHaveLength(3);
  });
});
