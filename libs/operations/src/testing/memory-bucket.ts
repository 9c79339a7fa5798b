import { type BucketReader, compareKeys, type ListedObject } from '../listing.ts';

export interface MemoryObject {
  readonly eTag: string;
  readonly bytes: number;
  readonly body?: Uint8Array;
  readonly versionId?: string;
  readonly checksumSha256?: string;
  readonly lastModified?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A bucket in memory that lists as S3 does, in pages of any size, and counts the requests. */
export class MemoryBucket implements BucketReader {
  readonly bucket: string;
  readonly objects = new Map<string, MemoryObject>();
  readonly asked = { list: 0, read: 0, head: 0 };
  pageSize = 1000;

  constructor(bucket: string) {
    this.bucket = bucket;
  }

  list(prefix: string, after: string) {
    this.asked.list += 1;
    const objects: ListedObject[] = [...this.objects]
      .filter(([key]) => key.startsWith(prefix) && (after === '' || compareKeys(key, after) > 0))
      .sort(([a], [b]) => compareKeys(a, b))
      .map(([key, { eTag, bytes, versionId = null, lastModified = 0, checksumSha256 }]) => ({
        ...{ key, eTag, bytes, versionId, lastModified },
        hasSha256: checksumSha256 !== undefined,
      }));
    const page = objects.slice(0, this.pageSize);
    const next = objects.length > this.pageSize ? page.at(-1)?.key : undefined;
    return Promise.resolve({ objects: page, next });
  }

  read(key: string) {
    this.asked.read += 1;
    const object = this.objects.get(key);
    return Promise.resolve(object && (object.body ?? new Uint8Array()));
  }

  head(key: string) {
    this.asked.head += 1;
    const object = this.objects.get(key);
    if (!object) return Promise.resolve(undefined);
    const { eTag, bytes, versionId = null, checksumSha256, metadata = {} } = object;
    return Promise.resolve({ eTag, bytes, versionId, checksumSha256, metadata });
  }
}
