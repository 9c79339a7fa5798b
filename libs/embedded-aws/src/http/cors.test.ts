import { GetObjectCommand, PutBucketCorsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws } from '../testing/running-aws.ts';

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
    expect(put.headers['access-control-expose-headers']).toContain('ETag');
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
      vary: expect.stringContaining('Origin'),
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
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(answer.headers).not.toHaveProperty('access-control-allow-headers');
  });

  test('a preflight without its headers is BadRequest', async () => {
    const without = await rawRequest(aws.endpoint, 'OPTIONS', `/${Bucket}/a`);
    expect([without.status, without.text]).toEqual([
      400,
      expect.stringContaining('Origin request'),
    ]);
  });

  test.each<[string, object, string]>([
    ['a method that S3 does not know', { AllowedMethods: ['PATCH'] }, 'InvalidRequest'],
    ['two wildcards in an origin', { AllowedOrigins: ['https://*.a.*'] }, 'InvalidRequest'],
    ['two wildcards in a header', { AllowedHeaders: ['*-*'] }, 'InvalidRequest'],
    ['a wildcard in an exposed header', { ExposeHeaders: ['x-*'] }, 'InvalidRequest'],
    ['a rule without origins', { AllowedOrigins: [] }, 'MalformedXML'],
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
  });
});
