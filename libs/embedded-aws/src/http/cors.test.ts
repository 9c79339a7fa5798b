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
    aws = await RunningAws.start();
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

  test('a page of this machine may upload', async () => {
    for (const origin of [CONSOLE, 'http://localhost:3000', 'http://[::1]:8080']) {
      const answer = await preflight(origin, 'PUT', 'content-type,x-amz-meta-a');
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining('PUT'),
        'access-control-allow-headers': 'content-type, x-amz-meta-a',
        'access-control-max-age': '3000',
      });
    }
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

  test('another page may do what the bucket’s CORS configuration allows', async () => {
    const allowed = await preflight(SHOP, 'PUT', 'Content-Type');
    expect(allowed.status).toBe(200);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'PUT, GET',
      'access-control-max-age': '60',
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

  test('a foreign name that leads here is refused', async () => {
    const evil = { host: `evil.test:${aws.port}` };
    expect((await rawRequest(aws.endpoint, 'GET', `/${Bucket}/mine`, evil)).status).toBe(403);
    const local = { host: `localhost:${aws.port}` };
    expect((await rawRequest(aws.endpoint, 'GET', `/${Bucket}/mine`, local)).status).toBe(200);
    const virtual = { host: `${Bucket}.localhost:${aws.port}` };
    expect((await rawRequest(aws.endpoint, 'GET', '/mine', virtual)).text).toBe('mine');
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
