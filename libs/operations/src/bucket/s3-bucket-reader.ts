import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { decodeKey } from '@darkroom/events';
import type { BucketReader } from './bucket-reader.ts';

/** A general-purpose bucket: a directory bucket is listed in no order (Amazon S3 API reference, ListObjectsV2). */
export function s3BucketReader(s3: S3Client, bucket: string): BucketReader {
  return {
    bucket,

    async list(prefix, after) {
      // StartAfter and no token: a token is S3's own and need not hold until a saved position is taken up again.
      const { Contents = [], IsTruncated = false } = await s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(after !== '' && { StartAfter: after }),
          // Keys may hold characters that XML cannot: S3 encodes them on request, as in notifications.
          EncodingType: 'url',
        }),
      );
      return {
        objects: Contents.map(({ Key = '', ETag = '', Size = 0 }) => ({
          key: decodeKey(Key),
          eTag: ETag.replaceAll('"', ''),
          bytes: Size,
        })),
        isLast: !IsTruncated,
      };
    },

    async read(key) {
      const object = await unlessMissing(
        s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
      );
      return object?.Body?.transformToByteArray();
    },

    async head(key) {
      const object = await unlessMissing(
        s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
      );
      return object && (object.Metadata ?? {});
    },
  };
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    // NoSuchKey of GET, NotFound of HEAD, which has no body that could say more.
    if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound'))
      return undefined;
    throw error;
  }
}
