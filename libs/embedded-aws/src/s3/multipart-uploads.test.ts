import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  ChecksumType,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('multipart uploads in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
  });
  afterAll(() => aws.stop());

  const create = async (Key: string) =>
    (await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? '';
  const part = (Key: string, UploadId: string, PartNumber: number, Body = 'x') =>
    aws.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  const complete = (Key: string, UploadId: string, Parts: object[]) =>
    aws.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );

  test('cannot be read before completion, survives a restart, and completes once', async () => {
    const UploadId = await create('a');
    const { ETag } = await part('a', UploadId, 1, 'whole');
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })), 'NotFound', 404);
    if (storage === 'SQLite') await aws.restart();
    await complete('a', UploadId, [{ PartNumber: 1, ETag }]);
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(await Body?.transformToString()).toBe('whole');
    await refused(complete('a', UploadId, [{ PartNumber: 1, ETag }]), 'NoSuchUpload', 404);
  });

  test('belongs to its bucket and key', async () => {
    const UploadId = await create('mine');
    await refused(part('other', UploadId, 1), 'NoSuchUpload', 404);
    const { ETag } = await part('mine', UploadId, 1);
    await refused(complete('other', UploadId, [{ PartNumber: 1, ETag }]), 'NoSuchUpload', 404);
    const abort = { Bucket, Key: 'mine', UploadId };
    await aws.s3.send(new AbortMultipartUploadCommand(abort));
    await refused(aws.s3.send(new AbortMultipartUploadCommand(abort)), 'NoSuchUpload', 404);
  });

  test('lists its parts in pages', async () => {
    const UploadId = await create('listed');
    const numbers = [10, 2, 1];
    for (const number of numbers) await part('listed', UploadId, number, `part ${number}`);
    const { ETag } = await part('listed', UploadId, 2, 'again');
    const list = (more: object) =>
      aws.s3.send(new ListPartsCommand({ Bucket, Key: 'listed', UploadId, ...more }));
    const first = await list({ MaxParts: 2 });
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    expect(first.Parts).toMatchObject([
      { PartNumber: 1, Size: 6 },
      { PartNumber: 2, Size: 5, ETag },
    ]);
    const rest = await list({ PartNumberMarker: first.NextPartNumberMarker });
    expect(rest).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 10, Size: 7 }] });
    expect(await list({ MaxParts: 1_001 })).toMatchObject({ MaxParts: 1_000 });
    await refused(
      aws.s3.send(new ListPartsCommand({ Bucket, Key: 'other', UploadId })),
      'NoSuchUpload',
      404,
    );
  });

  test('needs parts, with numbers from 1 to 10,000', async () => {
    const UploadId = await create('numbers');
    await refused(complete('numbers', UploadId, []), 'MalformedXML', 400);
    for (const number of [0, 10_001]) {
      await refused(part('numbers', UploadId, number), 'InvalidArgument', 400);
    }
    await part('numbers', UploadId, 10_000);
  });

  test.each([
    ['numeric references, as Go writes them', (etag: string) => `<ETag>&#34;${etag}&#34;</ETag>`],
    ['hexadecimal references', (etag: string) => `<ETag>&#x22;${etag}&#x22;</ETag>`],
    ['named references', (etag: string) => `<ETag>&quot;${etag}&quot;</ETag>`],
    ['no quotes', (etag: string) => `<ETag>${etag}</ETag>`],
    ['CDATA', (etag: string) => `<ETag><![CDATA["${etag}"]]></ETag>`],
    [
      'a comment in the text',
      (etag: string) => `<ETag>"${etag.slice(0, 9)}<!-- half -->${etag.slice(9)}"</ETag>`,
    ],
    ['attributes', (etag: string) => `<ETag lang="en">"${etag}"</ETag>`],
    ['white space', (etag: string) => `<ETag>\n  "${etag}"\n  </ETag>`],
  ])('completes with an ETag in %s', async (_how, element) => {
    const UploadId = await create('xml');
    const { ETag = '' } = await part('xml', UploadId, 1, 'whole');
    const document = `<?xml version="1.0" encoding="UTF-8"?>
      <!-- parts --><s3:CompleteMultipartUpload xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/">
        <s3:Part>${element(ETag.replaceAll('"', ''))}<s3:PartNumber> 1 </s3:PartNumber></s3:Part>
      </s3:CompleteMultipartUpload>`;
    const path = `/${Bucket}/xml?uploadId=${UploadId}`;
    const answer = await rawRequest(aws.endpoint, 'POST', path, {}, document);
    expect(answer.text).toContain('<Key>xml</Key>');
    expect(answer.status).toBe(200);
  });

  test.each([
    ['not XML', '{"Parts": []}'],
    ['an element that never ends', '<CompleteMultipartUpload><Part>'],
    ['another root element', '<Delete><Part/></Delete>'],
    ['a part without an ETag', '<Part><PartNumber>1</PartNumber></Part>'],
    ['a part whose number is a word', '<Part><PartNumber>one</PartNumber><ETag>x</ETag></Part>'],
    ['an entity that expands', '<!DOCTYPE x [<!ENTITY e "1">]><CompleteMultipartUpload/>'],
  ])('rejects a completion with %s', async (_what, text) => {
    const UploadId = await create('broken-xml');
    await part('broken-xml', UploadId, 1);
    const document = text.startsWith('<Part>')
      ? `<CompleteMultipartUpload>${text}</CompleteMultipartUpload>`
      : text;
    const path = `/${Bucket}/broken-xml?uploadId=${UploadId}`;
    const answer = await rawRequest(aws.endpoint, 'POST', path, {}, document);
    expect(answer.text).toContain('<Code>MalformedXML</Code>');
    expect(answer.status).toBe(400);
  });

  test('checks size and checksums that the completion declares', async () => {
    const UploadId = await create('declared');
    const { ETag } = await part('declared', UploadId, 1, 'whole');
    const completion = (extra: object, headers: object) =>
      aws.s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'declared',
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ...extra }] },
          ...headers,
        }),
      );
    const other = 'AAAAAA==';
    await refused(completion({ ChecksumCRC32C: other }, {}), 'InvalidPart', 400);
    await refused(completion({}, { MpuObjectSize: 6 }), 'InvalidRequest', 400);
    const wrong = { ChecksumType: ChecksumType.FULL_OBJECT, ChecksumCRC32: other };
    await refused(completion({}, wrong), 'BadDigest', 400);
    const { ETag: completed } = await completion({}, { MpuObjectSize: 5 });
    expect(completed).toMatch(/-1"$/);
    const again = await create('declared');
    await part('declared', again, 1, 'whole');
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32('whole'));
    const right = { ChecksumType: ChecksumType.FULL_OBJECT, ChecksumCRC32: sum.toString('base64') };
    await aws.s3.send(
      new CompleteMultipartUploadCommand({
        ...{ Bucket, Key: 'declared', UploadId: again },
        ...{ MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] }, ...right },
      }),
    );
  });

  test('the answers of a listing and of a completion', async () => {
    const { UploadId = '' } = await aws.s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'a &b', ChecksumAlgorithm: 'SHA256' }),
    );
    const { ETag = '', ChecksumSHA256 = '' } = await aws.s3.send(
      new UploadPartCommand({
        ...{ Bucket, Key: 'a &b', UploadId, PartNumber: 2, Body: 'whole' },
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    const path = `/${Bucket}/a%20&b?uploadId=${UploadId}`;
    const bare = ETag.replaceAll('"', '');
    const quoted = `&#x22;${bare}&#x22;`;
    const listed = await rawRequest(aws.endpoint, 'GET', path);
    const times = /<LastModified>[\d-]{10}T[\d:]{8}\.\d{3}Z</;
    expect(listed.text.replace(times, '<LastModified>…<')).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>${Bucket}</Bucket><Key>a &#x26;b</Key><UploadId>${UploadId}</UploadId><StorageClass>STANDARD</StorageClass><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>2</NextPartNumberMarker><MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated><Part><PartNumber>2</PartNumber><LastModified>…</LastModified><ETag>${quoted}</ETag><Size>5</Size></Part></ListPartsResult>`,
    );
    const after = await rawRequest(aws.endpoint, 'GET', `${path}&part-number-marker=7&max-parts=0`);
    expect(after.text).toContain(
      '<PartNumberMarker>7</PartNumberMarker><NextPartNumberMarker>7</NextPartNumberMarker><MaxParts>0</MaxParts><IsTruncated>false</IsTruncated></ListPartsResult>',
    );
    for (const query of [
      'part-number-marker=-1',
      'part-number-marker=x',
      'max-parts=-1',
      'max-parts=x',
    ]) {
      const refusedList = await rawRequest(aws.endpoint, 'GET', `${path}&${query}`);
      expect([refusedList.status, refusedList.text]).toEqual([
        ...[400, expect.stringContaining('<Code>InvalidArgument</Code>')],
      ]);
    }
    const part = `<Part><PartNumber>2</PartNumber><ETag>${bare}</ETag><ChecksumSHA256> ${ChecksumSHA256} </ChecksumSHA256></Part>`;
    const document = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    const completed = await rawRequest(aws.endpoint, 'POST', path, {}, document);
    const composite = createHash('sha256')
      .update(Buffer.from(ChecksumSHA256, 'base64'))
      .digest('base64');
    const whole = createHash('md5').update(Buffer.from(bare, 'hex')).digest('hex');
    expect(completed.text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Location>${aws.endpoint}/${Bucket}/a%20%26b</Location><Bucket>${Bucket}</Bucket><Key>a &#x26;b</Key><ETag>&#x22;${whole}-1&#x22;</ETag><ChecksumSHA256>${composite}-1</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType></CompleteMultipartUploadResult>`,
    );
    expect(completed.headers['content-type']).toBe('application/xml');
  });

  test('needs each part as it was uploaded, in order', async () => {
    const UploadId = await create('order');
    const { ETag } = await part('order', UploadId, 1);
    const parts = (...numbers: number[]) => numbers.map((PartNumber) => ({ PartNumber, ETag }));
    await refused(complete('order', UploadId, parts(1, 2)), 'InvalidPart', 400);
    await refused(
      complete('order', UploadId, [{ PartNumber: 1, ETag: '"x"' }]),
      'InvalidPart',
      400,
    );
    await part('order', UploadId, 2);
    await refused(complete('order', UploadId, parts(2, 1)), 'InvalidPartOrder', 400);
    await refused(complete('order', UploadId, parts(1, 2)), 'EntityTooSmall', 400);
    // A part that the completion does not name is left out.
    await complete('order', UploadId, parts(2));
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'order' }));
    expect(await Body?.transformToString()).toBe('x');
  });

  test('a PUT with half of its query stores no object', async () => {
    const UploadId = await create('half');
    for (const [query, status] of [
      [`uploadId=${UploadId}`, 400],
      ['partNumber=1', 404],
    ] as const) {
      const answer = await rawRequest(aws.endpoint, 'PUT', `/${Bucket}/half?${query}`, {}, 'x');
      expect(answer.status).toBe(status);
    }
    await refused(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'half' })), 'NotFound', 404);
  });
});
