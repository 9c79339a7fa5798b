import {
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { StoredObject } from '../fauxqs.ts';
import { compareUtf8 } from './keys.ts';
import { listPage } from './list-objects.ts';
import { SortedKeys, SortedObjects } from './sorted-objects.ts';
import { rawRequest } from '../testing/raw-request.ts';
import { refused, RunningAws, STORAGES } from '../testing/running-aws.ts';

const KEYS = [
  'a.jpg',
  'a.jpg/b.jpg',
  'A.jpg',
  'x/',
  'x/1',
  'x/é <&>"\'',
  'x/y/z',
  'line\r\nbreak\u0001',
  '_',
  '~',
  'Ä',
  '\uffee',
  '😀',
].sort(compareUtf8);

describe.each(STORAGES)('listing in %s', (storage) => {
  let aws: RunningAws;
  let Bucket: string;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
    Bucket = await aws.bucket();
    for (const Key of KEYS) await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'four' }));
  });
  afterAll(() => aws.stop());

  test.each([1, 2, 5, 1000])('pages of %i', async (pageSize) => {
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client: aws.s3, pageSize }, { Bucket })) {
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    }
    expect(keys).toEqual(KEYS);
  });

  test('version 1 pages by marker', async () => {
    const keys: string[] = [];
    for (let Marker = ''; ; Marker = keys.at(-1) ?? '') {
      const page = await aws.s3.send(new ListObjectsCommand({ Bucket, Marker, MaxKeys: 3 }));
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      if (!page.IsTruncated) break;
    }
    expect(keys).toEqual(KEYS);
  });

  test('version 1 begins at the first key', async () => {
    const { Contents = [] } = await aws.s3.send(new ListObjectsCommand({ Bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual(KEYS);
  });

  test('with a delimiter: objects and common prefixes, once each, over pages too', async () => {
    const names: string[] = [];
    const query = { Bucket, Delimiter: '/', Prefix: 'x/' };
    for await (const page of paginateListObjectsV2({ client: aws.s3, pageSize: 1 }, query)) {
      names.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      names.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
      expect(page.KeyCount).toBe(1);
    }
    expect(names).toEqual(['x/', 'x/1', 'x/y/', 'x/é <&>"\'']);

    const first = await aws.s3.send(
      new ListObjectsCommand({ Bucket, Delimiter: '/', Prefix: 'x/', MaxKeys: 3 }),
    );
    expect(first.NextMarker).toBe('x/y/');
  });

  test('an object’s entry', async () => {
    const { Contents } = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'x/1' }));
    expect(Contents).toEqual([
      {
        Key: 'x/1',
        Size: 4,
        ETag: '"8cbad96aced40b3838dd9f07f6ef5772"',
        LastModified: expect.any(Date),
        StorageClass: 'STANDARD',
      },
    ]);
  });

  test('encoding-type url, start-after, and nothing below a prefix', async () => {
    const encoded = await aws.s3.send(
      new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'line' }),
    );
    expect(encoded.EncodingType).toBe('url');
    expect(encoded.Contents?.[0]?.Key).toBe('line%0D%0Abreak%01');
    const after = await aws.s3.send(new ListObjectsV2Command({ Bucket, StartAfter: '\uffee' }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['😀']);
    const none = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'nothing/' }));
    expect(none).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  /** The elements of a page, without the entries of its objects. */
  const elements = async (query: string) => {
    const { text, headers } = await rawRequest(aws.endpoint, 'GET', `/${Bucket}?${query}`);
    expect(headers['content-type']).toBe('application/xml');
    const found = /^<\?xml .*\?>\n<ListBucketResult xmlns="[^"]*">(.*)<\/ListBucketResult>$/.exec(
      text,
    );
    return found?.[1]?.replace(/<Contents>.*<\/Contents>/, '…');
  };

  test('a page names what was asked for', async () => {
    const token = Buffer.from('x/1').toString('base64url');
    const page = 'list-type=2&delimiter=/&prefix=x/&max-keys=1';
    expect(await elements(page)).toBe(
      `<Name>${Bucket}</Name><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated><Prefix>x/</Prefix><Delimiter>/</Delimiter><KeyCount>1</KeyCount><NextContinuationToken>${Buffer.from('x/').toString('base64url')}</NextContinuationToken>…`,
    );
    // The token wins.
    expect(
      await elements(`${page}&start-after=a&encoding-type=url&continuation-token=${token}`),
    ).toBe(
      `<Name>${Bucket}</Name><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated><Prefix>x/</Prefix><Delimiter>/</Delimiter><StartAfter>a</StartAfter><EncodingType>url</EncodingType><KeyCount>1</KeyCount><ContinuationToken>${token}</ContinuationToken><NextContinuationToken>${Buffer.from('x/y/').toString('base64url')}</NextContinuationToken><CommonPrefixes><Prefix>x/y/</Prefix></CommonPrefixes>`,
    );
    expect(await elements('list-type=2&prefix=nothing')).toBe(
      `<Name>${Bucket}</Name><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Prefix>nothing</Prefix><KeyCount>0</KeyCount>`,
    );
  });

  test('a page of version 1 names its markers, the next one only with a delimiter', async () => {
    expect(await elements('marker=x/1&prefix=x/&max-keys=1&delimiter=/')).toBe(
      `<Name>${Bucket}</Name><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated><Prefix>x/</Prefix><Delimiter>/</Delimiter><Marker>x/1</Marker><NextMarker>x/y/</NextMarker><CommonPrefixes><Prefix>x/y/</Prefix></CommonPrefixes>`,
    );
    expect(await elements('max-keys=1')).toBe(
      `<Name>${Bucket}</Name><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated><Prefix></Prefix><Marker></Marker>…`,
    );
    // Of a repeated parameter the first value counts.
    expect(await elements('prefix=nothing&prefix=x/&delimiter=/')).toBe(
      `<Name>${Bucket}</Name><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Prefix>nothing</Prefix><Delimiter>/</Delimiter><Marker></Marker>`,
    );
  });

  test('rejects unknown buckets, page sizes and encodings', async () => {
    const list = (more: object) => aws.s3.send(new ListObjectsV2Command({ Bucket, ...more }));
    await refused(list({ EncodingType: 'base64' }), 'InvalidArgument', 400);
    for (const size of ['1x', 'x1', '1.5', ''])
      expect(await elements(`max-keys=${size}`)).toBeUndefined();
    await refused(list({ Bucket: 'no-such-bucket' }), 'NoSuchBucket', 404);
    await refused(list({ MaxKeys: -1 }), 'InvalidArgument', 400);
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  test.each([undefined, 1001, 5000])(
    'a page has at most 1,000 keys, asked for %s',
    async (most) => {
      const command = new ListObjectsV2Command({ Bucket, MaxKeys: most });
      expect(await aws.s3.send(command)).toMatchObject({ MaxKeys: 1000 });
    },
  );
});

/** Short keys of few characters: prefixes and delimiters often coincide. */
const key = fc.string({
  unit: fc.constantFrom('a', 'B', '/', '-', 'é', '\uffee', '😀'),
  minLength: 1,
  maxLength: 6,
});

test('pages of any size lose and repeat nothing, in UTF-8 order, with a delimiter too', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 30 }),
      fc.constantFrom('', 'a', 'a/', '😀'),
      fc.constantFrom('', '/', '-a'),
      fc.integer({ min: 1, max: 5 }),
      (keys, prefix, delimiter, maxKeys) => {
        const sorted = sortedKeys(keys);
        const names: string[] = [];
        for (let after: string | undefined = ''; after !== undefined;) {
          const page = listPage(sorted, { prefix, delimiter, after, maxKeys });
          const both = [...page.keys, ...page.commonPrefixes];
          expect(both.length).toBeLessThanOrEqual(maxKeys);
          names.push(...both.sort(compareUtf8));
          after = page.next;
        }
        expect(names).toEqual(expected(keys, prefix, delimiter));
      },
    ),
  );
});

function sortedKeys(keys: readonly string[]): SortedKeys {
  const sorted = new SortedKeys();
  for (const key of keys) sorted.add(key);
  return sorted;
}

function expected(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const names = keys
    .filter((candidate) => candidate.startsWith(prefix))
    .map((candidate) => {
      const rest = candidate.slice(prefix.length);
      return delimiter !== '' && rest.includes(delimiter)
        ? prefix + rest.slice(0, rest.indexOf(delimiter) + delimiter.length)
        : candidate;
    });
  return [...new Set(names)].sort(compareUtf8);
}

test('a listing compares few of many keys, and reads one of each common prefix', () => {
  const keys = Array.from({ length: 3_000 }, (_, index) => `photos/${index}.jpg`);
  const sorted = sortedKeys(keys.flatMap((one) => [`${one}/thumb.webp`, `${one}/manifest.json`]));
  let [compared, read] = [0, 0];
  const from = sorted.from.bind(sorted);
  sorted.from = function* (isBefore) {
    const counted = (key: string) => (compared++, isBefore(key));
    for (const key of from(counted)) {
      read++;
      yield key;
    }
  };
  const query = { delimiter: '/', after: '', maxKeys: 1000 };
  expect(listPage(sorted, { ...query, prefix: 'photos/777.jpg/' }).keys).toEqual([
    'photos/777.jpg/manifest.json',
    'photos/777.jpg/thumb.webp',
  ]);
  // The first key after them is read, too.
  expect([compared, read]).toEqual([expect.toSatisfy((count: number) => count < 40), 3]);
  [compared, read] = [0, 0];
  const after = 'photos/777.jpg/manifest.json';
  listPage(sorted, { ...query, prefix: 'photos/777.jpg/', after });
  expect(read).toBe(2);
  [compared, read] = [0, 0];
  expect(listPage(sorted, { ...query, prefix: '' }).commonPrefixes).toEqual(['photos/']);
  expect([compared, read]).toEqual([expect.toSatisfy((count: number) => count < 40), 1]);
});

test('objects that come and go leave their keys in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 3000 })), { maxLength: 6000, size: 'max' }),
      (changes) => {
        const objects = new SortedObjects();
        for (const [isThere, number] of changes)
          if (isThere) objects.set(`😀${number}`, {} as StoredObject);
          else objects.delete(`😀${number}`);
        const all = [...objects.sortedKeys.from(() => false)];
        expect(all).toEqual([...objects.keys()].sort(compareUtf8));
        objects.clear();
        expect([...objects.sortedKeys.from(() => false)]).toEqual([]);
      },
    ),
    { numRuns: 5 },
  );
});

test('a page of no keys is the last one', () => {
  const query = { prefix: '', delimiter: '', after: '', maxKeys: 0 };
  expect(listPage(sortedKeys(['a']), query)).toEqual({
    keys: [],
    commonPrefixes: [],
    next: undefined,
  });
});
