import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { RunningAws, STORAGES } from '../testing/running-aws.ts';

const MIB = 1024 * 1024;

describe.each(STORAGES)('request bodies in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  test('an upload larger than fauxqs’s 11 MiB', async () => {
    const Body = Buffer.alloc(24 * MIB, 'photo');
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body }));
    const answer = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    const bytes = await answer.Body?.transformToByteArray();
    expect(Buffer.compare(Buffer.from(bytes ?? []), Body)).toBe(0);
  });

  test.each([
    'application/json',
    'application/x-www-form-urlencoded',
    'application/x-amz-json-1.0',
    'text/plain; charset=utf-8',
    'no media type',
    undefined,
  ])('bytes stay bytes whatever they call themselves: %s', async (contentType) => {
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/typed`, headers, '{"a": 1');
    expect(put.status).toBe(200);
    const answer = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'typed' }));
    expect(await answer.Body?.transformToString()).toBe('{"a": 1');
    const { ContentType } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'typed' }));
    expect(ContentType).toBe(contentType ?? 'application/octet-stream');
  });

  test('a PUT without any body is an empty object', async () => {
    const headers = { 'content-length': 0 };
    const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/empty`, headers);
    expect(put.status).toBe(200);
    const head = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'empty' }));
    expect(head.ContentLength).toBe(0);
  });

  test('nonsense to SQS is an error in its own format', async () => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.ListQueues',
    };
    const answer = await rawRequest(aws.endpoint, 'POST', '/', headers, '{nonsense');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      __type: expect.stringMatching(/#SerializationException$/),
    });
  });
});

test('only a form that is posted to the service itself is parsed', async () => {
  const aws = await RunningAws.start();
  onTestFinished(() => aws.stop());
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const form = 'Action=GetCallerIdentity&Version=2011-06-15';
  const identity = await rawRequest(aws.endpoint, 'POST', '/', headers, form);
  expect(identity.text).toContain('<Account>000000000000</Account>');
  const other = await rawRequest(aws.endpoint, 'POST', '/', { 'content-type': 'text/plain' }, form);
  expect(other.status).toBe(400);
  const none = await rawRequest(aws.endpoint, 'POST', '/');
  expect([none.status, JSON.parse(none.text)]).toEqual([
    400,
    { error: 'Unsupported content type' },
  ]);
  const json = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSEvents.PutEvents',
  };
  const nonsense = await rawRequest(aws.endpoint, 'POST', '/', json, '{nonsense');
  expect(JSON.parse(nonsense.text)).toMatchObject({
    __type: 'com.amazon.coral.service#SerializationException',
  });
});

test('a body beyond the limit is EntityTooLarge, and nothing is stored', async () => {
  const aws = await RunningAws.start('memory', { maxBodyBytes: 1024 });
  try {
    const Bucket = await aws.bucket();
    const put = (bytes: number) =>
      rawRequest(aws.endpoint, 'PUT', `/${Bucket}/a`, {}, 'x'.repeat(bytes));
    const answer = await put(1025);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>EntityTooLarge</Code>');
    expect((await rawRequest(aws.endpoint, 'HEAD', `/${Bucket}/a`)).status).toBe(404);
    expect((await put(1024)).status).toBe(200);
  } finally {
    await aws.stop();
  }
});
