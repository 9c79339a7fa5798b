import { DeleteObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Outputs } from './update.ts';

export interface SmokeTestObjects {
  readonly key: string;
  /** Of the outputs. */
  readonly prefix: string;
  readonly versionId: string | undefined;
}

/** Takes the sample away with its history, and then its outputs: a recipe may keep them, and the pipeline may be broken. */
export async function cleanUp(
  s3: S3Client,
  { sourceBucket, processedBucket }: Outputs,
  { key, prefix, versionId }: SmokeTestObjects,
): Promise<void> {
  const source = { Bucket: sourceBucket, Key: key };
  const { VersionId: marker } = await s3.send(new DeleteObjectCommand(source));
  // A versioned bucket has hidden it behind a marker.
  for (const version of [marker, versionId])
    if (version !== undefined && version !== 'null')
      await s3.send(new DeleteObjectCommand({ ...source, VersionId: version }));
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: processedBucket, Prefix: prefix });
  for await (const { Contents = [] } of pages)
    for (const { Key } of Contents)
      await s3.send(new DeleteObjectCommand({ Bucket: processedBucket, Key }));
}
