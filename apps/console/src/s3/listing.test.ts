import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, test } from 'vitest';
import { bareETag, newestFirst, parseListing } from './listing.ts';

/** Node has no DOMParser; browsers have. */
function parse(xml: string) {
  return parseListing(new DOMParser().parseFromString(xml, 'text/xml') as unknown as Document);
}

function contents(key: string, modified = '2026-05-01T12:00:00.000Z'): string {
  return `<Contents><Key>${key}</Key><Size>12</Size><ETag>&quot;abc&quot;</ETag><LastModified>${modified}</LastModified></Contents>`;
}

describe('a page of ListObjectsV2', () => {
  test('tells keys, sizes, times and ETags without quotes', () => {
    const { objects, next } = parse(
      `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
        <Name>b</Name><IsTruncated>false</IsTruncated>${contents('uploads/a &amp; b.jpg')}
      </ListBucketResult>`,
    );
    expect(objects).toEqual([
      {
        key: 'uploads/a & b.jpg',
        eTag: 'abc',
        bytes: 12,
        modified: new Date('2026-05-01T12:00:00Z'),
      },
    ]);
    expect(next).toBeUndefined();
  });

  test('has its keys decoded only where the server says that it encoded them', () => {
    const key = 'a+b%2Bc%25.jpg';
    expect(parse(`<R><EncodingType>url</EncodingType>${contents(key)}</R>`).objects[0]?.key).toBe(
      'a b+c%.jpg',
    );
    expect(parse(`<R>${contents(key)}</R>`).objects[0]?.key).toBe(key);
  });

  test('names the token of the next', () => {
    expect(parse('<R><NextContinuationToken>a+/=</NextContinuationToken></R>').next).toBe('a+/=');
  });
});

test('the newest stand first', () => {
  const { objects } = parse(
    `<R>${contents('b', '2026-01-01T00:00:00Z')}${contents('c', '2026-01-02T00:00:00Z')}${contents('a', '2026-01-01T00:00:00Z')}</R>`,
  );
  expect(newestFirst(objects).map(({ key }) => key)).toEqual(['c', 'a', 'b']);
});

test.each([
  ['"abc"', 'abc'],
  ['abc', 'abc'],
  ['W/"abc"', 'abc'],
])('%s is the version %s', (given, bare) => {
  expect(bareETag(given)).toBe(bare);
});
