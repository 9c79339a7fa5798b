import type { Emulator } from '../emulator.ts';
import type { StoredObject } from '../fauxqs.ts';
import { invalidArgument, noSuchBucket } from './errors.ts';
import { compareUtf8 } from './keys.ts';
import { parseMaxKeys, writer } from './list-objects.ts';
import { attributesOf, versionIdOf } from './object-attributes.ts';
import type { ObjectVersions } from './object-versions.ts';
import { beforeS3, sendXml } from './requests.ts';
import { escapeXml, S3_NAMESPACE } from './xml.ts';

interface VersionQuery {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** The page begins after this key or common prefix; empty for the first page. */
  readonly keyMarker: string;
  /** With it, the page begins after this version of `keyMarker`; empty for none. */
  readonly versionIdMarker: string;
  readonly maxKeys: number;
}

interface VersionPage {
  readonly versions: readonly { readonly object: StoredObject; readonly isLatest: boolean }[];
  readonly commonPrefixes: readonly string[];
  /** Last entry of the page; `undefined` if it is the last page. */
  readonly next: { readonly key: string; readonly versionId: string } | undefined;
}

/** ListObjectVersions; upstream answers a listing of the current objects. */
export function listVersions({ app, s3, versions }: Emulator): void {
  beforeS3(app, ({ method, bucket, query }, reply) => {
    if (method !== 'GET' || !('versions' in query)) return false;
    if (!s3.hasBucket(bucket)) throw noSuchBucket();
    const { prefix = '', delimiter = '', 'key-marker': keyMarker = '' } = query;
    const versionIdMarker = query['version-id-marker'] ?? '';
    if (versionIdMarker !== '' && keyMarker === '') {
      throw invalidArgument('A version-id marker cannot be specified without a key marker.');
    }
    const maxKeys = parseMaxKeys(query['max-keys']);
    const page = versionPage(versions, bucket, {
      ...{ prefix, delimiter, keyMarker, versionIdMarker, maxKeys },
    });
    const written = writer(query['encoding-type']);
    return sendXml(
      reply,
      [
        `<ListVersionsResult ${S3_NAMESPACE}><Name>${bucket}</Name>`,
        `<Prefix>${written(prefix)}</Prefix><KeyMarker>${written(keyMarker)}</KeyMarker>`,
        `<VersionIdMarker>${escapeXml(versionIdMarker)}</VersionIdMarker>`,
        page.next ? `<NextKeyMarker>${written(page.next.key)}</NextKeyMarker>` : '',
        page.next?.versionId
          ? `<NextVersionIdMarker>${escapeXml(page.next.versionId)}</NextVersionIdMarker>`
          : '',
        `<MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${page.next !== undefined}</IsTruncated>`,
        delimiter ? `<Delimiter>${written(delimiter)}</Delimiter>` : '',
        query['encoding-type'] ? '<EncodingType>url</EncodingType>' : '',
        ...page.versions.map(({ object, isLatest }) => version(object, isLatest, written)),
        ...page.commonPrefixes.map(
          (common) => `<CommonPrefixes><Prefix>${written(common)}</Prefix></CommonPrefixes>`,
        ),
        '</ListVersionsResult>',
      ].join(''),
    );
  });
}

/** In the order of the keys, the newest version of each first. */
function versionPage(all: ObjectVersions, bucket: string, query: VersionQuery): VersionPage {
  const { prefix, delimiter, keyMarker, versionIdMarker, maxKeys } = query;
  const versions: { object: StoredObject; isLatest: boolean }[] = [];
  const commonPrefixes: string[] = [];
  let last = { key: keyMarker, versionId: versionIdMarker };
  const isFull = () => versions.length + commonPrefixes.length >= maxKeys;
  const cut = () => ({ versions, commonPrefixes, next: maxKeys > 0 ? last : undefined });
  const keys = [...all.keys(bucket)].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
  for (const key of keys) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end !== -1) {
      const common = key.slice(0, end + delimiter.length);
      if (compareUtf8(common, last.key) <= 0) continue;
      if (isFull()) return cut();
      commonPrefixes.push(common);
      last = { key: common, versionId: '' };
      continue;
    }
    const order = compareUtf8(key, keyMarker);
    if (order < 0 || (order === 0 && versionIdMarker === '')) continue;
    const ofKey = all.all(bucket, key);
    const marker =
      order === 0 ? ofKey.findIndex((one) => versionIdOf(one) === versionIdMarker) : -1;
    for (const object of ofKey.slice(marker + 1)) {
      if (isFull()) return cut();
      versions.push({ object, isLatest: object === ofKey[0] });
      last = { key, versionId: versionIdOf(object) };
    }
  }
  return { versions, commonPrefixes, next: undefined };
}

function version(
  object: StoredObject,
  isLatest: boolean,
  written: (text: string) => string,
): string {
  const { deleteMarker, storageClass = 'STANDARD' } = attributesOf(object);
  const name = deleteMarker ? 'DeleteMarker' : 'Version';
  const checksum = object.checksumAlgorithm
    ? `<ChecksumAlgorithm>${object.checksumAlgorithm}</ChecksumAlgorithm>`
    : '';
  return [
    `<${name}><Key>${written(object.key)}</Key><VersionId>${versionIdOf(object)}</VersionId>`,
    `<IsLatest>${isLatest}</IsLatest>`,
    `<LastModified>${object.lastModified.toISOString()}</LastModified>`,
    deleteMarker
      ? ''
      : `<ETag>${escapeXml(object.etag)}</ETag><Size>${object.contentLength}</Size><StorageClass>${storageClass}</StorageClass>${checksum}`,
    `</${name}>`,
  ].join('');
}
