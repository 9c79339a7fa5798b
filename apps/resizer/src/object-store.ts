import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { PipelineError, type FoundObject, type ObjectStore } from '@darkroom/pipeline';
import { awsError, isMissing, mayNeedKey, statusOf, whyUnreadable } from './aws-error.ts';

/** S3 quotes an ETag in headers; manifests, events and cache keys have it bare. */
const bare = (eTag: string | undefined, key: string): string => {
  if (eTag === undefined) throw new PipelineError('STORAGE_UNAVAILABLE', `No ETag for ${key}`);
  return eTag.replaceAll('"', '');
};
const quoted = (eTag: string): string => `"${eTag}"`;

/**
 * One bucket of S3, as `reconcile` needs it.
 *
 * @param signal ends all requests: they fail as `TIMEOUT`
 */
export function s3ObjectStore(s3: S3Client, bucket: string, signal: AbortSignal): ObjectStore {
  const options = { abortSignal: signal };
  const failure = (error: unknown, request: string): PipelineError =>
    // A body that is cut off by the signal says no more than that it was cut off.
    signal.aborted ? awsError(error, request, 'TIMEOUT') : awsError(error, request);

  /** An object that HEAD cannot describe, by its entry in the listing. A key is the first of all keys that begin with it. */
  async function listed(key: string) {
    const request = { Bucket: bucket, Prefix: key, MaxKeys: 1, EncodingType: 'url' } as const;
    try {
      const { Contents: [first] = [] } = await s3.send(new ListObjectsV2Command(request), options);
      if (!first || decodeListedKey(first.Key ?? '') !== key) return undefined;
      const { ETag, Size: bytes = 0 } = first;
      return { eTag: bare(ETag, key), versionId: null, bytes, metadata: {} };
    } catch (error) {
      throw failure(error, `LIST ${bucket}/${key}`);
    }
  }

  /** @returns nothing if the object is gone */
  async function identify(key: string) {
    try {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
      const { ETag, VersionId, ContentLength: bytes = 0 } = await s3.send(command, options);
      return { eTag: bare(ETag, key), versionId: VersionId ?? null, bytes };
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (!mayNeedKey(error)) throw failure(error, `HEAD ${bucket}/${key}`);
      const found = await listed(key);
      return found && { eTag: found.eTag, versionId: found.versionId, bytes: found.bytes };
    }
  }

  return {
    bucket,

    async list(prefix) {
      const objects: { key: string; eTag: string }[] = [];
      const pages = paginateListObjectsV2(
        { client: s3 },
        // Keys may hold characters that XML cannot: S3 encodes them on request.
        { Bucket: bucket, Prefix: prefix, Delimiter: '/', EncodingType: 'url' },
        options,
      );
      try {
        for await (const { Contents = [] } of pages)
          for (const { Key = '', ETag } of Contents)
            objects.push({ key: decodeListedKey(Key), eTag: bare(ETag, Key) });
      } catch (error) {
        throw failure(error, `LIST ${bucket}/${prefix}`);
      }
      return objects;
    },

    async get(key, { ifMatch, ifNoneMatch } = {}) {
      try {
        const output = await s3.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(ifMatch !== undefined && { IfMatch: quoted(ifMatch) }),
            ...(ifNoneMatch !== undefined && { IfNoneMatch: quoted(ifNoneMatch) }),
          }),
          options,
        );
        return foundObject(output, key, (error) => failure(error, `GET ${key}, reading the body`));
      } catch (error) {
        if (statusOf(error) === 304) return { kind: 'unchanged' };
        if (isMissing(error) && ifMatch === undefined) return { kind: 'missing' };
        const reason = whyUnreadable(error);
        if (reason !== undefined && ifMatch === undefined) {
          const object = await identify(key);
          if (object === undefined) return { kind: 'missing' };
          // An archived upload whose outputs are there needs nothing.
          if (object.eTag === ifNoneMatch) return { kind: 'unchanged' };
          return { kind: 'unreadable', reason, ...object };
        }
        throw failure(error, `GET ${bucket}/${key}`);
      }
    },

    async head(key) {
      try {
        const { ETag, Metadata } = await s3.send(
          new HeadObjectCommand({ Bucket: bucket, Key: key }),
          options,
        );
        return { eTag: bare(ETag, key), metadata: Metadata ?? {} };
      } catch (error) {
        if (isMissing(error)) return undefined;
        if (mayNeedKey(error)) return listed(key);
        throw failure(error, `HEAD ${bucket}/${key}`);
      }
    },

    async put(key, body, { precondition, contentType, cacheControl, metadata }) {
      try {
        const { ETag } = await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentType: contentType,
            CacheControl: cacheControl,
            Metadata: metadata,
            ...(precondition === 'absent'
              ? { IfNoneMatch: '*' }
              : { IfMatch: quoted(precondition.ifMatch) }),
          }),
          options,
        );
        return bare(ETag, key);
      } catch (error) {
        throw failure(error, `PUT ${bucket}/${key}`);
      }
    },

    async delete(key, { ifMatch }) {
      try {
        await s3.send(
          new DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch: quoted(ifMatch) }),
          options,
        );
      } catch (error) {
        throw failure(error, `DELETE ${bucket}/${key}`);
      }
    },
  };
}

/** `EncodingType: url` is form encoding: a space is a plus (Amazon S3 API reference, ListObjectsV2). */
function decodeListedKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

function foundObject(
  { Body: body, ContentLength: bytes, ContentEncoding, ETag, VersionId }: GetObjectCommandOutput,
  key: string,
  failure: (error: unknown) => PipelineError,
): FoundObject {
  if (bytes === undefined) throw new PipelineError('STORAGE_UNAVAILABLE', `No length for ${key}`);
  let isOpen = true;
  return {
    kind: 'found',
    eTag: bare(ETag, key),
    versionId: VersionId ?? null,
    contentEncoding: ContentEncoding,
    bytes,
    async read() {
      isOpen = false;
      try {
        return (await body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        throw failure(error);
      }
    },
    discard() {
      // An unread body would hold its connection for good.
      if (isOpen && body && 'destroy' in body) body.destroy();
      isOpen = false;
    },
  };
}
