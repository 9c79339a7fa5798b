import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type {
  FoundObject,
  ObjectHead,
  ObjectStore,
  PipelineError,
  SourceIdentity,
} from '@darkroom/pipeline';
import type { S3Sender } from './direct-s3.ts';
import { awsError, isMissing, mayNeedKey, whyUnreadable } from './aws-error.ts';

/** S3 quotes an ETag in headers; manifests, events and cache keys have it bare. */
const bare = (eTag: string | undefined, key: string): string => {
  if (eTag === undefined) throw new Error(`No ETag for ${key}`);
  return eTag.replaceAll('"', '');
};
const quoted = (eTag: string): string => `"${eTag}"`;

/**
 * One bucket of S3, as `reconcile` needs it.
 *
 * @param signal ends all requests: they fail as `TIMEOUT`
 */
export function s3ObjectStore(s3: S3Sender, bucket: string, signal: AbortSignal): ObjectStore {
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

  async function head(key: string): Promise<ObjectHead | undefined> {
    try {
      const output = await s3.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
        options,
      );
      return { ...identityOf(output, key), metadata: output.Metadata ?? {} };
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (mayNeedKey(error)) return listed(key);
      throw failure(error, `HEAD ${bucket}/${key}`);
    }
  }

  return {
    bucket,

    async list(prefix) {
      const objects: { key: string; eTag: string }[] = [];
      let token: string | undefined;
      try {
        do {
          const page = await s3.send(
            new ListObjectsV2Command({
              ...{ Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: token },
              // Keys may hold characters that XML cannot: S3 encodes them on request.
              EncodingType: 'url',
            }),
            options,
          );
          for (const { Key = '', ETag } of page.Contents ?? [])
            objects.push({ key: decodeListedKey(Key), eTag: bare(ETag, Key) });
          token = page.NextContinuationToken;
        } while (token !== undefined);
      } catch (error) {
        throw failure(error, `LIST ${bucket}/${prefix}`);
      }
      return objects;
    },

    async get(key, { ifMatch } = {}) {
      try {
        const output = await s3.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ChecksumMode: 'ENABLED',
            ...(ifMatch !== undefined && { IfMatch: quoted(ifMatch) }),
          }),
          options,
        );
        return foundObject(output, key, (error) => failure(error, `GET ${key}, reading the body`));
      } catch (error) {
        if (isMissing(error) && ifMatch === undefined) return { kind: 'missing' };
        const reason = whyUnreadable(error);
        if (reason !== undefined && ifMatch === undefined) {
          const found = await head(key);
          if (found === undefined) return { kind: 'missing' };
          return { kind: 'unreadable', reason, ...found };
        }
        throw failure(error, `GET ${bucket}/${key}`);
      }
    },

    head,

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

function identityOf(
  {
    ETag,
    VersionId,
    ContentLength: bytes,
    ChecksumSHA256: checksumSha256,
  }: GetObjectCommandOutput | HeadObjectCommandOutput,
  key: string,
): SourceIdentity {
  if (bytes === undefined) throw new Error(`No length for ${key}`);
  // S3 writes the text `null` for the version without an id in a bucket whose versioning was enabled later.
  const versionId = VersionId === undefined || VersionId === 'null' ? null : VersionId;
  return { eTag: bare(ETag, key), versionId, bytes, ...(checksumSha256 && { checksumSha256 }) };
}

function foundObject(
  output: GetObjectCommandOutput,
  key: string,
  failure: (error: unknown) => PipelineError,
): FoundObject {
  const { Body: body, ContentEncoding } = output;
  let isOpen = true;
  return {
    kind: 'found',
    ...identityOf(output, key),
    metadata: output.Metadata ?? {},
    contentEncoding: ContentEncoding,
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
