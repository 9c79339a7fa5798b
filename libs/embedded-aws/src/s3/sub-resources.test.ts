import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeEach, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { RunningAws } from '../testing/running-aws.ts';

describe('a sub-resource that is not emulated', () => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start();
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());
  beforeEach(() => aws.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'intact' })));

  const objectIsIntact = async () => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('intact');
  };

  test.each([
    ...['tagging', 'acl', 'retention', 'legal-hold', 'restore', 'renameObject', 'torrent'].map(
      (query) => `a?${query}`,
    ),
    ...['acl', 'website', 'logging', 'replication', 'object-lock', 'inventory', 'uploads'].map(
      (query) => `?${query}`,
    ),
  ])('%s is 501 whatever the method, and touches nothing', async (target) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? 'body' : undefined;
      const answer = await rawRequest(aws.endpoint, method, `/${Bucket}/${target}`, {}, body);
      expect(answer.status).toBe(501);
      expect(answer.text).toContain('<Code>NotImplemented</Code>');
    }
    await objectIsIntact();
  });

  test('a POST that S3 does not know is 405 and touches nothing', async () => {
    const body = '<Delete><Object><Key>a</Key></Object></Delete>';
    for (const target of ['', 'a']) {
      const answer = await rawRequest(aws.endpoint, 'POST', `/${Bucket}/${target}`, {}, body);
      expect([answer.status, answer.text]).toEqual([
        ...[405, expect.stringContaining('<Code>MethodNotAllowed</Code>')],
      ]);
    }
    const type = { 'content-type': 'text/multipart/form-data; boundary=x' };
    expect((await rawRequest(aws.endpoint, 'POST', `/${Bucket}`, type, body)).status).toBe(405);
    await objectIsIntact();
  });

  test('a body that is not a form is refused, whatever type it states', async () => {
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    const upload = await rawRequest(aws.endpoint, 'POST', `/${Bucket}/a?uploads`, type);
    expect(upload.text).toContain('<UploadId>');
    const body = '<Delete><Object><Key>missing</Key></Object></Delete>';
    const answer = await rawRequest(aws.endpoint, 'POST', `/${Bucket}?delete`, type, body);
    expect(answer.text).toContain('<Deleted><Key>missing</Key></Deleted>');
  });

  test('copying a version that S3 cannot have given out is 400', async () => {
    const source = { 'x-amz-copy-source': `/${Bucket}/a?versionId=1` };
    const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/b`, source);
    expect(answer.status).toBe(400);
  });

  test('presigned requests and those that name their operation pass', async () => {
    const presigned = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0&x-id=PutObject';
    const put = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/b?${presigned}`, {}, 'x');
    expect(put.status).toBe(200);
    const get = await rawRequest(aws.endpoint, 'GET', `/${Bucket}/b?${presigned}`);
    expect(get.text).toBe('x');
  });
});
