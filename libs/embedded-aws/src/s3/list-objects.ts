import type { Emulator } from '../emulator.ts';
import type { StoredObject } from '../fauxqs.ts';
import { invalidArgument, noSuchBucket } from './errors.ts';
import { encodeKey, compareUtf8 } from './keys.ts';
import { SortedBuckets, type SortedKeys } from './sorted-objects.ts';
import { attributesOf } from './object-attributes.ts';
import { beforeS3, sendXml } from './requests.ts';
import { escapeXml, S3_NAMESPACE } from './xml.ts';

/** ListObjectsV2: "returns some or all (up to 1,000) of the objects". */
const MAX_KEYS = 1000;

type Query = Readonly<Record<string, string>>;

/**
 * Upstream: the order is by locale but the token is by code unit, so pages skip keys.
 * `encoding-type` is ignored, so control characters break the answer. Each listing reads all keys and sorts them.
 */
export function listObjects({ app, s3 }: Emulator): void {
  const buckets = new SortedBuckets();
  s3.buckets = buckets;
  beforeS3(app, ({ method, bucket, key, query }, reply) => {
    if (method !== 'GET' || key !== '' || 'versions' in query) return false;
    const objects = buckets.get(bucket);
    if (objects === undefined) throw noSuchBucket();
    const isV2 = query['list-type'] === '2';
    const maxKeys = parseMaxKeys(query['max-keys']);
    const page = listPage(objects.sortedKeys, {
      prefix: query['prefix'] ?? '',
      delimiter: query['delimiter'] ?? '',
      after: isV2 ? startV2(query) : (query['marker'] ?? ''),
      maxKeys,
    });
    const written = writer(query['encoding-type']);
    return sendXml(
      reply,
      [
        `<ListBucketResult ${S3_NAMESPACE}>`,
        `<Name>${bucket}</Name><MaxKeys>${maxKeys}</MaxKeys>`,
        `<IsTruncated>${page.next !== undefined}</IsTruncated>`,
        ...echo(query, written),
        ...(isV2 ? positionV2(query, page) : positionV1(query, page, written)),
        ...page.keys.map((name) => contents(name, objects.get(name), written)),
        ...page.commonPrefixes.map(
          (prefix) => `<CommonPrefixes><Prefix>${written(prefix)}</Prefix></CommonPrefixes>`,
        ),
        '</ListBucketResult>',
      ].join(''),
    );
  });
}

export function parseMaxKeys(text: string | undefined): number {
  if (text === undefined) return MAX_KEYS;
  if (!/^\d+$/.test(text)) throw invalidArgument('Provided max-keys not an integer');
  return Math.min(Number(text), MAX_KEYS);
}

export function writer(encodingType: string | undefined): (text: string) => string {
  if (encodingType === undefined) return escapeXml;
  if (encodingType === 'url') return encodeKey;
  throw invalidArgument('Invalid Encoding Method specified in Request');
}

function startV2(query: Query): string {
  const token = query['continuation-token'];
  return token === undefined
    ? (query['start-after'] ?? '')
    : Buffer.from(token, 'base64url').toString('utf8');
}

/** The parameters that the client sent; S3 names an absent prefix too. */
function echo(query: Query, written: (text: string) => string): string[] {
  return [
    `<Prefix>${written(query['prefix'] ?? '')}</Prefix>`,
    query['delimiter'] ? `<Delimiter>${written(query['delimiter'])}</Delimiter>` : '',
    query['start-after'] ? `<StartAfter>${written(query['start-after'])}</StartAfter>` : '',
    query['encoding-type'] ? '<EncodingType>url</EncodingType>' : '',
  ];
}

function positionV2(query: Query, { keys, commonPrefixes, next }: ListPage): string[] {
  const token = query['continuation-token'];
  return [
    `<KeyCount>${keys.length + commonPrefixes.length}</KeyCount>`,
    token ? `<ContinuationToken>${escapeXml(token)}</ContinuationToken>` : '',
    next === undefined
      ? ''
      : `<NextContinuationToken>${Buffer.from(next).toString('base64url')}</NextContinuationToken>`,
  ];
}

/** ListObjects: "NextMarker is returned only if you have the delimiter request parameter". */
function positionV1(query: Query, page: ListPage, written: (text: string) => string): string[] {
  return [
    `<Marker>${written(query['marker'] ?? '')}</Marker>`,
    page.next !== undefined && query['delimiter']
      ? `<NextMarker>${written(page.next)}</NextMarker>`
      : '',
  ];
}

function contents(
  key: string,
  object: StoredObject | undefined,
  written: (text: string) => string,
): string {
  if (object === undefined) return '';
  return [
    `<Contents><Key>${written(key)}</Key>`,
    `<LastModified>${object.lastModified.toISOString()}</LastModified>`,
    `<ETag>${escapeXml(object.etag)}</ETag><Size>${object.contentLength}</Size>`,
    `<StorageClass>${attributesOf(object).storageClass ?? 'STANDARD'}</StorageClass></Contents>`,
  ].join('');
}

export interface ListQuery {
  readonly prefix: string;
  /** Empty: no common prefixes. */
  readonly delimiter: string;
  /** The page begins after this key or common prefix. Empty: the first page. */
  readonly after: string;
  readonly maxKeys: number;
}

export interface ListPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** `after` of the next page; `undefined` if this is the last page. */
  readonly next: string | undefined;
}

/**
 * One page of a listing, in S3's order; keys and common prefixes count alike. Of the keys it reads those that it lists, and
 * one of each common prefix.
 */
export function listPage(all: SortedKeys, query: ListQuery): ListPage {
  const { prefix, delimiter, after, maxKeys } = query;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last = after;
  let isBefore = (key: string) => compareUtf8(key, prefix) < 0 || compareUtf8(key, after) <= 0;
  for (;;) {
    let common: string | undefined;
    for (const key of all.from(isBefore)) {
      if (!key.startsWith(prefix)) break;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const name = end === -1 ? key : key.slice(0, end + delimiter.length);
      if (end !== -1) common = name;
      // Otherwise it is a common prefix of an earlier page.
      if (compareUtf8(name, last) > 0) {
        if (keys.length + commonPrefixes.length >= maxKeys)
          return { keys, commonPrefixes, next: maxKeys > 0 ? last : undefined };
        (end === -1 ? keys : commonPrefixes).push(name);
        last = name;
      }
      if (common !== undefined) break;
    }
    if (common === undefined) return { keys, commonPrefixes, next: undefined };
    const passed = common;
    isBefore = (key) => key.startsWith(passed) || compareUtf8(key, passed) < 0;
  }
}
