import {
  BucketVersioningStatus,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

describe.each(STORAGES)('object versions in %s', (storage) => {
  let aws: RunningAws;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
  });
  afterAll(() => aws.stop());

  async function bucketWith(status?: BucketVersioningStatus): Promise<string> {
    const Bucket = await aws.bucket();
    if (status !== undefined) await setVersioning(Bucket, status);
    return Bucket;
  }
  const setVersioning = (Bucket: string, Status: BucketVersioningStatus) =>
    aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  const put = async (Bucket: string, Key: string, Body: string, options: object = {}) =>
    aws.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...options }));
  const read = async (Bucket: string, Key: string, VersionId?: string) => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return Body?.transformToString();
  };
  const head = (Bucket: string, Key: string, VersionId?: string) =>
    aws.s3.send(new HeadObjectCommand({ Bucket, Key, VersionId }));
  const remove = (Bucket: string, Key: string, VersionId?: string) =>
    aws.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  /** Ids, newest first, with `!` for delete markers and `*` for the latest version. */
  async function list(Bucket: string, options: object = {}) {
    const answer = await aws.s3.send(new ListObjectVersionsCommand({ Bucket, ...options }));
    const all = [
      ...(answer.Versions ?? []).map((one) => ({ ...one, mark: '' })),
      ...(answer.DeleteMarkers ?? []).map((one) => ({ ...one, mark: '!' })),
    ];
    return all.map(({ Key, VersionId, IsLatest, mark }) =>
      [Key, ' ', VersionId, mark, IsLatest ? '*' : ''].join(''),
    );
  }
  const { Enabled, Suspended } = BucketVersioningStatus;

  test('an overwrite and a delete keep every version', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId: first = '' } = await put(Bucket, 'a', 'first');
    const { VersionId: second = '' } = await put(Bucket, 'a', 'second');
    expect(first).toMatch(/^[\w-]{32}$/);
    expect(second).not.toBe(first);
    expect(await read(Bucket, 'a')).toBe('second');
    expect(await read(Bucket, 'a', first)).toBe('first');
    expect((await head(Bucket, 'a')).VersionId).toBe(second);
    const deleted = await remove(Bucket, 'a');
    expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    const { VersionId: marker = '' } = deleted;
    if (storage === 'SQLite') await aws.restart();
    await refused(read(Bucket, 'a'), 'NoSuchKey', 404);
    expect(await read(Bucket, 'a', second)).toBe('second');
    expect((await head(Bucket, 'a', first)).ContentLength).toBe(5);
    expect(await list(Bucket)).toEqual([`a ${second}`, `a ${first}`, `a ${marker}!*`]);
    const { KeyCount } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(0);
    await refused(aws.s3.send(new DeleteBucketCommand({ Bucket })), 'BucketNotEmpty', 409);

    await remove(Bucket, 'a', marker); // brings the second version back
    expect(await read(Bucket, 'a')).toBe('second');
    await remove(Bucket, 'a', second);
    if (storage === 'SQLite') await aws.restart();
    expect(await read(Bucket, 'a')).toBe('first');
    expect(await remove(Bucket, 'a', first)).toMatchObject({ VersionId: first });
    expect(await list(Bucket)).toEqual([]);
    await aws.s3.send(new DeleteBucketCommand({ Bucket }));
  });

  test('an object from before versioning is the null version', async () => {
    const Bucket = await bucketWith();
    const unversioned = await put(Bucket, 'a', 'old');
    expect(unversioned.VersionId).toBeUndefined();
    expect(await list(Bucket)).toEqual(['a null*']);
    expect(await read(Bucket, 'a', 'null')).toBe('old');
    await setVersioning(Bucket, Enabled);
    const { VersionId = '' } = await put(Bucket, 'a', 'new');
    expect(await list(Bucket)).toEqual([`a ${VersionId}*`, 'a null']);
    if (storage === 'SQLite') await aws.restart();
    expect(await read(Bucket, 'a', 'null')).toBe('old');
    expect((await head(Bucket, 'a', 'null')).VersionId).toBe('null');
  });

  test('a suspended bucket has one null version, and keeps the others', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId = '' } = await put(Bucket, 'a', 'kept');
    await setVersioning(Bucket, Suspended);
    expect((await put(Bucket, 'a', 'one')).VersionId).toBe('null');
    await put(Bucket, 'a', 'two');
    expect(await list(Bucket)).toEqual(['a null*', `a ${VersionId}`]);
    expect(await read(Bucket, 'a')).toBe('two');
    expect(await remove(Bucket, 'a')).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await list(Bucket)).toEqual([`a ${VersionId}`, 'a null!*']);
    await put(Bucket, 'a', 'three');
    expect(await list(Bucket)).toEqual(['a null*', `a ${VersionId}`]);
    await setVersioning(Bucket, Enabled);
    const { VersionId: next = '' } = await put(Bucket, 'a', 'four');
    await setVersioning(Bucket, Suspended);
    await put(Bucket, 'a', 'five'); // the null version is not the newest one: it moves to the top
    if (storage === 'SQLite') await aws.restart();
    expect(await list(Bucket)).toEqual(['a null*', `a ${next}`, `a ${VersionId}`]);
    expect(await read(Bucket, 'a')).toBe('five');
  });

  test('reading a delete marker says so', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId = '' } = await remove(Bucket, 'never-there');
    const path = `/${Bucket}/never-there`;
    const plain = await rawRequest(aws.endpoint, 'GET', path);
    expect(plain.status).toBe(404);
    expect(plain.headers).toMatchObject({
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': VersionId,
    });
    const byId = await rawRequest(aws.endpoint, 'GET', `${path}?versionId=${VersionId}`);
    expect(byId.status).toBe(405);
    expect(byId.headers).toMatchObject({ 'x-amz-delete-marker': 'true', allow: 'DELETE' });
    expect(await remove(Bucket, 'never-there', VersionId)).toMatchObject({ DeleteMarker: true });
    expect(await list(Bucket)).toEqual([]);
  });

  test('a delete marker cannot be copied, and a version can be deleted on a condition', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId, ETag } = await put(Bucket, 'a', 'x');
    const { VersionId: marker = '' } = await remove(Bucket, 'a');
    const copy = (CopySource: string) =>
      aws.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    await refused(copy(`${Bucket}/a`), 'NoSuchKey', 404);
    await refused(copy(`${Bucket}/a?versionId=${marker}`), 'InvalidRequest', 400);
    await refused(copy(`${Bucket}/a?versionId=`), 'InvalidArgument', 400);
    const removeMatching = (IfMatch: string | undefined) =>
      aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId, IfMatch }));
    await refused(removeMatching('"other"'), 'PreconditionFailed', 412);
    expect(await read(Bucket, 'a', VersionId)).toBe('x');
    await removeMatching(ETag);
    expect(await list(Bucket)).toEqual([`a ${marker}!*`]);
    const byId = await rawRequest(aws.endpoint, 'HEAD', `/${Bucket}/a?versionId=${marker}`);
    expect(byId.headers['last-modified']).toMatch(/ GMT$/);
  });

  test('a bucket without versioning names none, and deletes for good', async () => {
    const Bucket = await bucketWith();
    await put(Bucket, 'a', 'x');
    const deleted = await rawRequest(aws.endpoint, 'DELETE', `/${Bucket}/a`);
    expect(deleted.status).toBe(204);
    for (const name of ['x-amz-version-id', 'x-amz-delete-marker'])
      expect(deleted.headers).not.toHaveProperty(name);
    expect(await list(Bucket)).toEqual([]);
  });

  test('deleting the newer of two delete markers leaves the object deleted', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId: first = '' } = await put(Bucket, 'a', 'x');
    const { VersionId: older = '' } = await remove(Bucket, 'a');
    const { VersionId: newer = '' } = await remove(Bucket, 'a');
    await remove(Bucket, 'a', newer);
    await refused(read(Bucket, 'a'), 'NoSuchKey', 404);
    const { KeyCount } = await aws.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(KeyCount).toBe(0);
    await remove(Bucket, 'a', older);
    expect(await list(Bucket)).toEqual([`a ${first}*`]);
    expect(await read(Bucket, 'a')).toBe('x');
  });

  test('ids that do not exist are NoSuchVersion, others InvalidArgument', async () => {
    const Bucket = await bucketWith(Enabled);
    await put(Bucket, 'a', 'x');
    const id = 'x'.repeat(32);
    await refused(read(Bucket, 'a', id), 'NoSuchVersion', 404);
    await refused(read(Bucket, 'a', 'null'), 'NoSuchVersion', 404);
    await refused(read(Bucket, 'a', 'short'), 'InvalidArgument', 400);
    await remove(Bucket, 'a', id); // S3 answers success for a version that does not exist
    expect(await read(Bucket, 'a')).toBe('x');
  });

  test('conditional writes compare with the current version', async () => {
    const Bucket = await bucketWith(Enabled);
    const { ETag } = await put(Bucket, 'a', 'x');
    await refused(put(Bucket, 'a', 'y', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await put(Bucket, 'a', 'y', { IfMatch: ETag });
    await refused(put(Bucket, 'a', 'z', { IfMatch: ETag }), 'PreconditionFailed', 412);
    expect(await list(Bucket)).toHaveLength(2); // a rejected write leaves no version
    await remove(Bucket, 'a');
    await put(Bucket, 'a', 'new', { IfNoneMatch: '*' });
    expect(await list(Bucket)).toHaveLength(4);
  });

  test('a race of conditional creations has one winner and one version', async () => {
    const Bucket = await bucketWith(Enabled);
    const writes = Array.from({ length: 8 }, (_, index) =>
      put(Bucket, 'a', String(index), { IfNoneMatch: '*' }),
    );
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await list(Bucket)).toHaveLength(1);
  });

  test('copies and multipart uploads name versions', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId: first = '' } = await put(Bucket, 'a b', 'first', { Metadata: { by: 'me' } });
    await put(Bucket, 'a b', 'second');
    const copy = await aws.s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `${Bucket}/a%20b?versionId=${first}`,
      }),
    );
    expect(copy).toMatchObject({ CopySourceVersionId: first, VersionId: expect.any(String) });
    expect(await read(Bucket, 'copy')).toBe('first');
    expect((await head(Bucket, 'copy')).Metadata).toEqual({ by: 'me' });
    const missing = {
      Bucket,
      Key: 'copy',
      CopySource: `${Bucket}/a%20b?versionId=${'x'.repeat(32)}`,
    };
    await refused(aws.s3.send(new CopyObjectCommand(missing)), 'NoSuchVersion', 404);

    const created = await aws.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'copy' }));
    const upload = { Bucket, Key: 'copy', UploadId: created.UploadId };
    const { ETag } = await aws.s3.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'whole' }),
    );
    const Parts = [{ PartNumber: 1, ETag }];
    const completed = await aws.s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
    );
    expect(await list(Bucket, { Prefix: 'copy' })).toEqual([
      `copy ${completed.VersionId ?? ''}*`,
      `copy ${copy.VersionId ?? ''}`,
    ]);
    const attributes = await aws.s3.send(
      new GetObjectAttributesCommand({
        ...{ Bucket, Key: 'copy', VersionId: copy.VersionId },
        ObjectAttributes: ['ObjectSize'],
      }),
    );
    expect(attributes).toMatchObject({ ObjectSize: 5, VersionId: copy.VersionId });
  });

  test('DeleteObjects creates markers, and deletes versions by their id', async () => {
    const Bucket = await bucketWith(Enabled);
    const { VersionId: first = '' } = await put(Bucket, 'a', 'x');
    await put(Bucket, 'b', 'x');
    const { Deleted = [], Errors = [] } = await aws.s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [{ Key: 'a', VersionId: first }, { Key: 'b' }, { Key: 'b', VersionId: 'bad' }],
        },
      }),
    );
    expect(Deleted).toEqual([
      { Key: 'a', VersionId: first },
      { Key: 'b', DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
    ]);
    expect(Errors).toMatchObject([{ Key: 'b', VersionId: 'bad', Code: 'InvalidArgument' }]);
    expect((await list(Bucket)).map((entry) => entry.slice(0, 1))).toEqual(['b', 'b']);
  });

  test('events name the version, and delete markers have their own event', async () => {
    const Bucket = await bucketWith(Enabled);
    const queue = await aws.queue();
    await aws.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            { QueueArn: queue.arn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] },
          ],
        },
      }),
    );
    await aws.drain(queue.url);
    const { VersionId: first = '' } = await put(Bucket, 'a', 'x');
    const { VersionId: marker = '' } = await remove(Bucket, 'a');
    await remove(Bucket, 'a', first);
    await setVersioning(Bucket, Suspended);
    await put(Bucket, 'a', 'x');
    await remove(Bucket, 'a');
    interface Event {
      Records: { eventName: string; s3: { object: { versionId?: string; sequencer: string } } }[];
    }
    const records = (await aws.drain<Event>(queue.url)).flatMap(({ Records }) => Records);
    expect(records.map(({ eventName, s3 }) => [eventName, s3.object.versionId])).toEqual([
      ['ObjectCreated:Put', first],
      ['ObjectRemoved:DeleteMarkerCreated', marker],
      ['ObjectRemoved:Delete', first],
      ['ObjectCreated:Put', undefined],
      ['ObjectRemoved:DeleteMarkerCreated', undefined],
    ]);
    const sequencers = records.map(({ s3 }) => s3.object.sequencer);
    expect(sequencers).toEqual(sequencers.toSorted());
  });

  test.each([undefined, '/'])(
    'pages of versions lose and repeat nothing (delimiter %s)',
    async (Delimiter) => {
      const Bucket = await bucketWith(Enabled);
      for (const Key of ['a', 'a', 'dir/x', 'a', 'dir/x', 'e', '\u{1f600}', '\uff21']) {
        await put(Bucket, Key, 'x');
      }
      await remove(Bucket, 'a');
      const page = (options: object) =>
        aws.s3.send(new ListObjectVersionsCommand({ Bucket, Delimiter, ...options }));
      const entries = ({
        Versions = [],
        DeleteMarkers = [],
        CommonPrefixes = [],
      }: Awaited<ReturnType<typeof page>>) => [
        ...[...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => `${Key} ${VersionId}`),
        ...CommonPrefixes.map(({ Prefix }) => `${Prefix}`),
      ];
      const whole = entries(await page({}));
      expect(whole).toHaveLength(Delimiter === undefined ? 9 : 8);
      for (const MaxKeys of [1, 2, 3, 8]) {
        const found: string[] = [];
        let markers: object = {};
        for (;;) {
          const answer = await page({ MaxKeys, ...markers });
          found.push(...entries(answer));
          if (!answer.IsTruncated) break;
          markers = {
            KeyMarker: answer.NextKeyMarker,
            VersionIdMarker: answer.NextVersionIdMarker,
          };
        }
        expect(found.toSorted()).toEqual(whole.toSorted());
      }
      const keys = ((await page({})).Versions ?? []).map(({ Key }) => Key);
      expect(keys.slice(-2)).toEqual(['\uff21', '\u{1f600}']);
    },
  );

  test('a page of versions names what was asked for', async () => {
    const Bucket = await bucketWith(Enabled);
    await put(Bucket, 'dir/é', 'x');
    const { VersionId: id = '', ETag = '' } = await put(Bucket, 'e "', 'four');
    const { VersionId: older = '' } = await put(Bucket, 'f', 'x', { StorageClass: 'STANDARD_IA' });
    await remove(Bucket, 'f');
    const page = async (query: string) => {
      const { text } = await rawRequest(aws.endpoint, 'GET', `/${Bucket}?versions${query}`);
      return /<ListVersionsResult xmlns="[^"]*">(.*)<\/ListVersionsResult>/
        .exec(text)?.[1]
        ?.replaceAll(/<LastModified>[\d-]{10}T[\d:]{8}\.\d{3}Z</g, '<LastModified>…<');
    };
    expect(await page('&delimiter=/&max-keys=2')).toBe(
      `<Name>${Bucket}</Name><Prefix></Prefix><KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker><NextKeyMarker>e &#x22;</NextKeyMarker><NextVersionIdMarker>${id}</NextVersionIdMarker><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated><Delimiter>/</Delimiter><Version><Key>e &#x22;</Key><VersionId>${id}</VersionId><IsLatest>true</IsLatest><LastModified>…</LastModified><ETag>${ETag.replaceAll('"', '&#x22;')}</ETag><Size>4</Size><StorageClass>STANDARD</StorageClass><ChecksumAlgorithm>CRC32</ChecksumAlgorithm></Version><CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>`,
    );
    expect(await page('&delimiter=/&max-keys=1&encoding-type=url')).toBe(
      `<Name>${Bucket}</Name><Prefix></Prefix><KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker><NextKeyMarker>dir/</NextKeyMarker><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated><Delimiter>/</Delimiter><EncodingType>url</EncodingType><CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>`,
    );
    expect(await page('&max-keys=1&encoding-type=url')).toContain('<Key>dir/%C3%A9</Key>');
    expect(await page('&prefix=dir/')).toContain('<Key>dir/é</Key>');
    await put(Bucket, 'g/1', 'x');
    const full = await page('&key-marker=e%20"&max-keys=2&delimiter=/');
    expect(full).toContain('<IsTruncated>true</IsTruncated>');
    expect(full).not.toContain('<CommonPrefixes>');
    await remove(Bucket, 'g/1', (await head(Bucket, 'g/1')).VersionId);
    const f = await page('&prefix=f&key-marker=e');
    expect(f).toContain(
      `<Name>${Bucket}</Name><Prefix>f</Prefix><KeyMarker>e</KeyMarker><VersionIdMarker></VersionIdMarker><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><DeleteMarker><Key>f</Key>`,
    );
    expect(f).toContain(
      `<IsLatest>true</IsLatest><LastModified>…</LastModified></DeleteMarker><Version><Key>f</Key><VersionId>${older}</VersionId><IsLatest>false</IsLatest>`,
    );
    expect(f).toContain('<StorageClass>STANDARD_IA</StorageClass>');
    expect(await page(`&key-marker=f&version-id-marker=${older}`)).toMatch(
      /<IsTruncated>false<\/IsTruncated>$/,
    );
    expect(await page('&key-marker=f')).toMatch(/<IsTruncated>false<\/IsTruncated>$/);
    expect(await page('&max-keys=0')).toMatch(/<IsTruncated>false<\/IsTruncated>$/);
    const list = (more: object) => aws.s3.send(new ListObjectVersionsCommand({ Bucket, ...more }));
    await refused(list({ VersionIdMarker: id }), 'InvalidArgument', 400);
    await refused(list({ Bucket: 'no-such-bucket' }), 'NoSuchBucket', 404);
  });

  test('a status that S3 does not know is MalformedXML', async () => {
    const Bucket = await bucketWith();
    const Status = 'On' as BucketVersioningStatus;
    await refused(setVersioning(Bucket, Status), 'MalformedXML', 400);
  });
});

type Step = readonly ['put' | 'remove' | 'remove-version' | 'enable' | 'suspend', number];

test('any sequence of writes leaves the versions that a list of versions would have', async () => {
  const aws = await RunningAws.start('SQLite');
  try {
    const step = fc.tuple(
      fc.constantFrom('put', 'remove', 'remove-version', 'enable', 'suspend'),
      fc.nat(9),
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await checkAgainstModel(aws, steps);
    });
    await fc.assert(property, { numRuns: 40 });
  } finally {
    await aws.stop();
  }
});

/** The model is one list of versions, newest first. */
async function checkAgainstModel(aws: RunningAws, steps: readonly Step[]): Promise<void> {
  const Bucket = await aws.bucket();
  const Key = 'a';
  let status: 'unversioned' | BucketVersioningStatus = 'unversioned';
  let model: { id: string; body: string | undefined }[] = [];
  const add = (id: string, body: string | undefined) => {
    model = [{ id, body }, ...model.filter((version) => version.id !== id)];
  };
  for (const [action, number] of steps) {
    if (action === 'enable' || action === 'suspend') {
      status = action === 'enable' ? 'Enabled' : 'Suspended';
      const VersioningConfiguration = { Status: status };
      await aws.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    } else if (action === 'put') {
      const Body = 'x'.repeat(number + 1);
      const { VersionId = 'null' } = await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      add(VersionId, Body);
    } else if (action === 'remove') {
      const { VersionId } = await aws.s3.send(new DeleteObjectCommand({ Bucket, Key }));
      if (VersionId === undefined) model = [];
      else add(VersionId, undefined);
    } else if (model.length > 0) {
      const VersionId = model[number % model.length]?.id ?? '';
      await aws.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      model = model.filter(({ id }) => id !== VersionId);
    }
  }
  if (steps.length % 4 === 0) await aws.restart();
  const { Versions = [], DeleteMarkers = [] } = await aws.s3.send(
    new ListObjectVersionsCommand({ Bucket }),
  );
  const ids = (wanted: boolean) =>
    model.filter(({ body }) => (body !== undefined) === wanted).map(({ id }) => id);
  expect(Versions.map(({ VersionId }) => VersionId)).toEqual(ids(true));
  expect(DeleteMarkers.map(({ VersionId }) => VersionId)).toEqual(ids(false));
  const read = async (VersionId?: string) => {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return Body?.transformToString();
  };
  for (const { id, body } of model) if (body !== undefined) expect(await read(id)).toBe(body);
  const latest = model[0]?.body;
  if (latest === undefined) await refused(read(), 'NoSuchKey', 404);
  else expect(await read()).toBe(latest);
}
