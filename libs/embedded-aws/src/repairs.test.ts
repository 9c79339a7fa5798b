import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';

import { openRequest, rawRequest, type RawAnswer } from './testing/raw-request.ts';
import { RunningAws } from './testing/running-aws.ts';

type Send = (
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: string,
) => Promise<RawAnswer>;

const tag = (name: string, { text }: RawAnswer) =>
  new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? '';

const sqs = (send: Send, action: string, body: object) =>
  send(
    'POST',
    '/',
    { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    JSON.stringify(body),
  );

/** Starts an upload in parts of `/photos/parts`, and returns its path and what completes it. */
async function upload(send: Send, headers?: Readonly<Record<string, string>>) {
  const uploadId = tag('UploadId', await send('POST', '/photos/parts?uploads', headers));
  const path = `/photos/parts?uploadId=${uploadId}`;
  const { headers: part } = await send('PUT', `${path}&partNumber=1`, headers, 'whole');
  const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.etag ?? ''}</ETag></Part></CompleteMultipartUpload>`;
  return { path, document };
}

const enableVersions = (send: Send) =>
  send(
    'PUT',
    '/photos?versioning',
    {},
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  );

/** A queue that gets the events of `/photos`, with the test event taken out. */
async function notify(send: Send) {
  await sqs(send, 'CreateQueue', { QueueName: 'uploads' });
  const queue = 'arn:aws:sqs:us-east-1:000000000000:uploads';
  const events = ['Created', 'Removed'].map((kind) => `<Event>s3:Object${kind}:*</Event>`).join('');
  await send(
    'PUT',
    '/photos?notification',
    {},
    `<NotificationConfiguration><QueueConfiguration><Queue>${queue}</Queue>${events}</QueueConfiguration></NotificationConfiguration>`,
  );
  const { text } = await sqs(send, 'GetQueueUrl', { QueueName: 'uploads' });
  const { QueueUrl } = JSON.parse(text) as { QueueUrl: string };
  const receive = () => sqs(send, 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  await receive();
  return { receive, QueueUrl };
}

const form = (fields: Readonly<Record<string, string>>) =>
  [
    ...Object.entries({ ...fields, file: 'x' }).map(
      ([name, value]) =>
        `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    ),
    '--x--\r\n',
  ].join('');
const FORM = { 'content-type': 'multipart/form-data; boundary=x' };

/** Each difference between fauxqs and AWS once. There is a bucket `photos` with an object `a`. */
const DIFFERENCES: readonly [string, (send: Send) => Promise<RawAnswer>, number, string][] = [
  [
    'another site',
    (send) => send('GET', '/photos/a', { origin: 'https://a.test' }),
    403,
    'Forbidden',
  ],
  ['a preflight', (send) => send('OPTIONS', '/photos/a'), 400, 'Origin request header needed'],
  ['a large body', (send) => send('PUT', '/photos/b', {}, 'x'.repeat(2000)), 400, 'EntityTooLarge'],
  [
    'a body of JSON',
    async (send) => {
      await send('PUT', '/photos/b', { 'content-type': 'application/json' }, '{');
      return send('GET', '/photos/b');
    },
    200,
    '{',
  ],
  [
    'a wrong checksum',
    (send) => send('PUT', '/photos/b', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'x'),
    400,
    'BadDigest',
  ],
  ['a sub-resource', (send) => send('PUT', '/photos/a?acl', {}, 'x'), 501, 'NotImplemented'],
  ['an unknown POST', (send) => send('POST', '/photos/a'), 405, 'MethodNotAllowed'],
  ['a long key', (send) => send('PUT', `/photos/${'x'.repeat(1025)}`), 400, 'KeyTooLongError'],
  [
    'a long key in a form',
    (send) => send('POST', '/photos', FORM, form({ key: 'x'.repeat(1025) })),
    400,
    'KeyTooLongError',
  ],
  ['an upload that is missing', (send) => send('GET', '/photos/a?uploadId=x'), 404, 'NoSuchUpload'],
  [
    'a completion without parts',
    async (send) =>
      send(
        'POST',
        (await upload(send)).path,
        {},
        '<CompleteMultipartUpload></CompleteMultipartUpload>',
      ),
    400,
    'MalformedXML',
  ],
  [
    'a form with a policy',
    (send) => send('POST', '/photos', FORM, form({ key: 'b', policy: 'e30=' })),
    400,
    'InvalidPolicyDocument',
  ],
  [
    'versions',
    async (send) => {
      await enableVersions(send);
      await send('PUT', '/photos/a', {}, 'new');
      await send('DELETE', '/photos/a');
      return send('GET', '/photos?versions');
    },
    200,
    '</DeleteMarker><Version>',
  ],
  [
    'a bucket with versions',
    async (send) => {
      await enableVersions(send);
      await send('DELETE', '/photos/a');
      return send('DELETE', '/photos');
    },
    409,
    'BucketNotEmpty',
  ],
  [
    'a version of an upload in parts',
    async (send) => {
      await enableVersions(send);
      const { path, document } = await upload(send);
      const { headers } = await send('POST', path, {}, document);
      const version = String(headers['x-amz-version-id']);
      return send('GET', `/photos/parts?versionId=${version}`);
    },
    200,
    'whole',
  ],
  [
    'the storage class of an upload in parts',
    async (send) => {
      const { path, document } = await upload(send, { 'x-amz-storage-class': 'GLACIER' });
      await send('POST', path, {}, document);
      return send('GET', '/photos/parts');
    },
    403,
    'InvalidObjectState',
  ],
  [
    'an upload in parts with another key for a part',
    async (send) => {
      const { path } = await upload(send);
      const name = 'x-amz-server-side-encryption-customer-';
      return send(
        'PUT',
        `${path}&partNumber=2`,
        {
          [`${name}algorithm`]: 'AES256',
          [`${name}key`]: Buffer.alloc(32).toString('base64'),
          [`${name}key-md5`]: createHash('md5').update(Buffer.alloc(32)).digest('base64'),
        },
        'x',
      );
    },
    400,
    'InvalidRequest',
  ],
  [
    'an event of an upload',
    async (send) => {
      const { receive } = await notify(send);
      await send('PUT', '/photos/b', {}, 'x');
      return receive();
    },
    200,
    'ObjectCreated:Put',
  ],
  [
    'an event of an upload in parts',
    async (send) => {
      const { receive } = await notify(send);
      const { path, document } = await upload(send);
      await send('POST', path, {}, document);
      return receive();
    },
    200,
    'ObjectCreated:CompleteMultipartUpload',
  ],
  [
    'an event of a removal',
    async (send) => {
      const { receive } = await notify(send);
      await send('DELETE', '/photos/a');
      return receive();
    },
    200,
    'ObjectRemoved:Delete',
  ],
  ['a bucket’s configuration', (send) => send('GET', '/photos?policy'), 404, 'NoSuchBucketPolicy'],
  [
    'the configuration of a bucket that is made again',
    async (send) => {
      await send('PUT', '/photos?policy', {}, '{}');
      await send('DELETE', '/photos/a');
      await send('DELETE', '/photos');
      await send('PUT', '/photos');
      return send('GET', '/photos?policy');
    },
    404,
    'NoSuchBucketPolicy',
  ],
  [
    'a conditional write',
    (send) => send('PUT', '/photos/a', { 'if-none-match': '*' }, 'x'),
    412,
    'PreconditionFailed',
  ],
  [
    'a conditional completion',
    async (send) => {
      const { path, document } = await upload(send);
      return send('POST', path, { 'if-match': '"x"' }, document);
    },
    404,
    'NoSuchKey',
  ],
  [
    'a conditional delete',
    (send) => send('DELETE', '/photos/a', { 'if-match': '"x"' }),
    412,
    'PreconditionFailed',
  ],
  ['a weak ETag', (send) => send('GET', '/photos/a', { 'if-match': 'W/"x"' }), 412, 'Failed'],
  ['a long suffix', (send) => send('GET', '/photos/a', { range: 'bytes=-99' }), 206, 'old'],
  ['an invalid version', (send) => send('DELETE', '/photos/a?versionId=x'), 400, 'InvalidArgument'],
  [
    'one of several objects to delete',
    (send) =>
      send(
        'POST',
        '/photos?delete',
        {},
        '<Delete><Object><Key>a</Key><ETag>x</ETag></Object></Delete>',
      ),
    200,
    '<Code>PreconditionFailed</Code>',
  ],
  [
    'the encoding of a listing',
    async (send) => {
      await send('PUT', '/photos/b%20c', {}, 'x');
      return send('GET', '/photos?encoding-type=url');
    },
    200,
    '<Key>b+c</Key>',
  ],
  [
    'a queue of the same name',
    async (send) => {
      await notify(send);
      return send(
        'POST',
        '/',
        {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'AmazonSQS.CreateQueue',
          authorization: 'AWS4-HMAC-SHA256 Credential=test/20261201/eu-west-1/sqs/aws4_request',
        },
        JSON.stringify({ QueueName: 'uploads' }),
      );
    },
    400,
    'QueueNameExists',
  ],
  [
    'the count of messages after a visibility timeout',
    async (send) => {
      const { QueueUrl } = await notify(send);
      await sqs(send, 'SendMessage', { QueueUrl, MessageBody: 'x' });
      await sqs(send, 'ReceiveMessage', { QueueUrl, VisibilityTimeout: 0 });
      const AttributeNames = ['ApproximateNumberOfMessages'];
      return sqs(send, 'GetQueueAttributes', { QueueUrl, AttributeNames });
    },
    200,
    '"ApproximateNumberOfMessages":"1"',
  ],
  [
    'an emoji in a message',
    async (send) => {
      const { QueueUrl } = await notify(send);
      return sqs(send, 'SendMessage', { QueueUrl, MessageBody: '😀' });
    },
    200,
    'MessageId',
  ],
];

test.each(DIFFERENCES)(
  'AWS and this answer the same to %s',
  async (_what, request, status, text) => {
    const aws = await RunningAws.start('memory', { maxBodyBytes: 1999 });
    onTestFinished(() => aws.stop());
    const send: Send = (...args) => rawRequest(aws.endpoint, ...args);
    await send('PUT', '/photos');
    await send('PUT', '/photos/a', {}, 'old');
    const answer = await request(send);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
  },
);

test('each answer has an id, and no page can run what it gets', async () => {
  const aws = await RunningAws.start();
  onTestFinished(() => aws.stop());
  const { headers } = await rawRequest(aws.endpoint, 'GET', '/');
  expect(headers).toMatchObject({
    'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
  });
});

test('a message wakes one of two pollers, and a stop ends the other', async () => {
  const aws = await RunningAws.start();
  const { url: QueueUrl } = await aws.queue();
  const host = new URL(QueueUrl).host;
  expect(host).toBe(`127.0.0.1:${aws.port}`);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.ReceiveMessage',
  };
  let answered = 0;
  const polls = [0, 1].map(() => {
    const poll = openRequest(aws.endpoint, 'POST', '/', headers);
    poll.end(JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }));
    return poll.answer.then(
      ({ text }) => ((answered += 1), text),
      () => 'ended',
    );
  });
  await aws.attributes(QueueUrl);
  const send: Send = (...args) => rawRequest(aws.endpoint, ...args);
  await sqs(send, 'SendMessage', { QueueUrl, MessageBody: 'hello' });
  expect(await Promise.race(polls)).toContain('hello');
  await aws.attributes(QueueUrl);
  expect(answered).toBe(1);
  await aws.stop();
  const answers = await Promise.all(polls);
  expect(answers.filter((text) => text.includes('hello'))).toHaveLength(1);
});
