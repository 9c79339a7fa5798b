import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, PutBucketCorsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws } from '../testing/running-aws.ts';
import { allowingRule, isLocalOrigin, isThisMachine } from './cors.ts';

const CONSOLE = 'http://127.0.0.1:4400';
const SHOP = 'https://shop.example';

describe('requests of web pages', () => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start('memory', { trustedOrigins: [CONSOLE] });
    Bucket = await aws.bucket();
    await aws.s3.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: {
          CORSRules: [
            {
              AllowedOrigins: ['https://*.example'],
              AllowedMethods: ['PUT', 'GET'],
              AllowedHeaders: ['content-*'],
              ExposeHeaders: ['ETag'],
              MaxAgeSeconds: 60,
            },
          ],
        },
      }),
    );
  });
  afterAll(() => aws.stop());

  const preflight = (origin: string, method: string, headers: string, path = `/${Bucket}/a b`) =>
    rawRequest(aws.endpoint, 'OPTIONS', encodeURI(path), {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers,
    });

  test('a page of a trusted origin may upload', async () => {
    const answer = await preflight(CONSOLE, 'PUT', 'content-type,x-amz-meta-a');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': CONSOLE,
      'access-control-allow-methods': expect.stringContaining('PUT'),
      'access-control-allow-headers': 'content-type, x-amz-meta-a',
      'access-control-max-age': '3000',
    });
    const put = await rawRequest(
      aws.endpoint,
      'PUT',
      `/${Bucket}/a`,
      { origin: CONSOLE, 'if-none-match': '*' },
      'x',
    );
    expect(put.status).toBe(200);
    expect(put.headers['access-control-allow-origin']).toBe(CONSOLE);
    expect(put.headers['access-control-expose-headers']).toBe(
      'ETag, Content-Range, Accept-Ranges, x-amz-request-id',
    );
  });

  test.each(['http://localhost:3000', 'http://[::1]:8080', 'http://127.0.0.1:4401'])(
    'a page of this machine, %s, needs a rule, as in S3',
    async (origin) => {
      const refusedPreflight = await preflight(origin, 'PUT', 'content-type');
      expect(refusedPreflight.status).toBe(403);
      expect(refusedPreflight.text).toContain('<Code>AccessForbidden</Code>');
      expect(refusedPreflight.text).toContain('CORSResponse: This CORS request is not allowed.');
      const unset = await preflight(origin, 'PUT', '', '/another-bucket/a');
      expect(unset.text).toContain('CORSResponse: CORS is not enabled for this bucket.');

      // S3 answers other requests, and the browser hides the answer from the page.
      const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/local`, { origin }, 'x');
      expect(put.status).toBe(200);
      expect(put.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test('another page may do what the bucket’s CORS configuration allows', async () => {
    const allowed = await preflight(SHOP, 'PUT', 'Content-Type');
    expect(allowed.status).toBe(200);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT, GET',
      'access-control-allow-headers': 'Content-Type',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '60',
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
    for (const [origin, method, headers, path] of [
      [SHOP, 'DELETE', ''],
      [SHOP, 'PUT', 'x-amz-acl'],
      ['https://shop.example.evil', 'PUT', ''],
      [SHOP, 'PUT', '', '/another-bucket/a'],
      [SHOP, 'POST', '', '/'],
    ] as const) {
      expect((await preflight(origin, method, headers, path)).status).toBe(403);
    }
  });

  test('a page of another site reaches nothing, preflight or not', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'mine' }));
    for (const origin of ['https://evil.test', 'null', 'http://localhost.evil.test']) {
      const form = 'key=mine';
      const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/mine`, { origin }, form);
      expect(answer.status).toBe(403);
      const get = await rawRequest(aws.endpoint, 'GET', `/no-such-bucket/mine`, { origin });
      expect(get.status).toBe(403);
      const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
      const sns = await rawRequest(aws.endpoint, 'POST', '/', headers, 'Action=ListTopics');
      expect(sns.status).toBe(403);
    }
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'mine' }));
    expect(await Body?.transformToString()).toBe('mine');
  });

  test('an object that is opened as a page runs nothing, and its type is not guessed', async () => {
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'a.html', Body: '<script>' }));
    for (const key of ['a.html', 'missing.html']) {
      const answer = await rawRequest(aws.endpoint, 'GET', `/${Bucket}/${key}`);
      expect(answer.headers).toMatchObject({
        'content-security-policy': 'sandbox',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('a foreign name that leads here is refused', async () => {
    const evil = { host: `evil.test:${aws.port}` };
    expect((await rawRequest(aws.endpoint, 'GET', `/${Bucket}/mine`, evil)).status).toBe(403);
    const local = { host: `localhost:${aws.port}` };
    expect((await rawRequest(aws.endpoint, 'GET', `/${Bucket}/mine`, local)).status).toBe(200);
    const virtual = { host: `${Bucket}.localhost:${aws.port}` };
    expect((await rawRequest(aws.endpoint, 'GET', '/mine', virtual)).text).toBe('mine');
  });

  test('a request of HTTP 1.0 names no host', async () => {
    const socket = connect(aws.port, '127.0.0.1');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.\d 200 /);
  });

  test('the rule of a bucket in virtual-hosted style applies', async () => {
    const answer = await rawRequest(aws.endpoint, 'OPTIONS', '/a', {
      host: `${Bucket}.localhost:${aws.port}`,
      origin: SHOP,
      'access-control-request-method': 'PUT',
    });
    expect(answer.status).toBe(200);
  });

  test('a rule for every origin answers `*`, without credentials', async () => {
    const open = await aws.bucket();
    const CORSRules = [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'] }];
    await aws.s3.send(new PutBucketCorsCommand({ Bucket: open, CORSConfiguration: { CORSRules } }));
    const answer = await preflight('http://localhost:3000', 'GET', '', `/${open}/a`);
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    for (const end of ['allow-credentials', 'allow-headers', 'expose-headers', 'max-age'])
      expect(answer.headers).not.toHaveProperty(`access-control-${end}`);
  });

  test.each([
    ['Origin', { 'access-control-request-method': 'PUT' }],
    ['Access-Control-Request-Method', { origin: CONSOLE }],
  ])('a preflight without %s is BadRequest', async (name, headers) => {
    const answer = await rawRequest(aws.endpoint, 'OPTIONS', `/${Bucket}/a`, headers);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>BadRequest</Code>');
    expect(answer.text).toContain(`Insufficient information. ${name} request header needed.`);
  });

  test.each<[string, object, string]>([
    ['a method that S3 does not know', { AllowedMethods: ['PATCH'] }, 'InvalidRequest'],
    ['two wildcards in an origin', { AllowedOrigins: ['https://*.a.*'] }, 'InvalidRequest'],
    ['two wildcards in a header', { AllowedHeaders: ['*-*'] }, 'InvalidRequest'],
    ['a wildcard in an exposed header', { ExposeHeaders: ['x-*'] }, 'InvalidRequest'],
    ['a rule without origins', { AllowedOrigins: [] }, 'MalformedXML'],
    ['a rule without methods', { AllowedMethods: [] }, 'MalformedXML'],
  ])('rejects %s', async (_what, change, code) => {
    const rule = { AllowedOrigins: ['*'], AllowedMethods: ['GET'], ...change };
    const CORSConfiguration = { CORSRules: [rule] };
    await refused(aws.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration })), code, 400);
  });

  test('takes each method of S3, and at most 100 rules', async () => {
    const Bucket = await aws.bucket();
    const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];
    const put = (rules: number) =>
      aws.s3.send(
        new PutBucketCorsCommand({
          Bucket,
          CORSConfiguration: {
            CORSRules: Array.from({ length: rules }, () => ({
              ...{ AllowedOrigins: ['*'], AllowedMethods: methods },
            })),
          },
        }),
      );
    await put(100);
    await refused(put(101), 'MalformedXML', 400);
  });

  test('a listing and a bucket’s own URL have its rules, too', async () => {
    for (const path of [`/${Bucket}`, `/${Bucket}?list-type=2`, `/${Bucket}/`])
      expect(
        (await preflight(SHOP, 'GET', ' Content-Type ,, Content-MD5', path)).headers,
      ).toMatchObject({ 'access-control-allow-headers': 'Content-Type, Content-MD5' });
  });

  test('rejects a CORS configuration that is not XML', async () => {
    const put = new PutBucketCorsCommand({
      Bucket: 'no-such-bucket',
      CORSConfiguration: {
        CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }],
      },
    });
    await refused(aws.s3.send(put), 'NoSuchBucket', 404);
    const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}?cors`, {}, '<CORS');
    expect(answer.status).toBe(400);
    const none = '<CORSConfiguration></CORSConfiguration>';
    expect((await rawRequest(aws.endpoint, 'PUT', `/${Bucket}?cors`, {}, none)).status).toBe(400);
  });
});

test.each([
  ...['localhost', 'LOCALHOST:4400', 'photos.localhost', 'a-b.c.localhost:80'],
  ...['127.0.0.1', '127.1.20.255:4400', '[::1]', '[::1]:80'],
])('%s is this machine', (host) => {
  expect(isThisMachine(host)).toBe(true);
  expect(isLocalOrigin(`http://${host}`)).toBe(true);
  expect(isLocalOrigin(`https://${host}`)).toBe(true);
});

test.each([
  ...['', '.localhost', 'evil-localhost', 'localhost.evil.test', 'localhost:', 'localhost:80x'],
  ...['1127.0.0.1', '127.0.0', '127.0.0.1234', '127.0.0.1.evil.test', '128.0.0.1', '::1', '[::1]x'],
])('%j is another machine', (host) => {
  expect(isThisMachine(host)).toBe(false);
  expect(isLocalOrigin(`http://${host}`)).toBe(false);
});

test.each(['null', 'localhost', 'ftp://localhost', 'xhttp://localhost', 'http://localhost/page'])(
  'the origin %s is not local',
  (origin) => expect(isLocalOrigin(origin)).toBe(false),
);

test('the first rule counts that allows origin, method and all headers', () => {
  const rule = (origins: string[], methods: string[], headers: string[]) => ({
    ...{ origins, methods, headers, exposed: [], maxAgeSeconds: undefined },
  });
  const rules = [
    rule(['https://a.test'], ['GET'], []),
    rule(
      ['https://*.shop.test', 'https://a*a.test', 'http://*'],
      ['GET', 'PUT'],
      ['x-*', 'Content-Type'],
    ),
    rule(['*'], ['GET'], ['*']),
  ];
  const index = (origin: string, method: string, ...headers: string[]) =>
    rules.findIndex((one) => one === allowingRule(rules, origin, method, headers));
  expect(index('https://a.test', 'GET')).toBe(0);
  expect(index('HTTPS://A.TEST', 'GET')).toBe(0);
  expect(index('https://a.test', 'GET', 'x-a')).toBe(2);
  expect(index('https://a.test.evil', 'GET')).toBe(2);
  expect(index('https://a.test', 'PUT')).toBe(-1);
  expect(index('https://eu.shop.test', 'PUT', 'X-Amz-Meta-A', 'content-type')).toBe(1);
  expect(index('https://eu.shop.test', 'PUT', 'x-a', 'content-md5')).toBe(-1);
  expect(index('https://eu.shop.test.evil', 'PUT')).toBe(-1);
  expect(index('https://.shop.test', 'PUT')).toBe(1);
  expect(index('https://shop.test', 'PUT')).toBe(-1);
  // The two parts of a pattern may not overlap.
  expect(index('https://aa.test', 'PUT')).toBe(1);
  expect(index('https://a.test', 'PUT')).toBe(-1);
  expect(index('http://', 'PUT')).toBe(1);
});
