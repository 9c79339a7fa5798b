import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** Counts objects for the remaining time: one LIST for 1,000 keys. */
export async function countObjects(
  s3: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token !== undefined && { ContinuationToken: token }),
      }),
    );
    count += page.KeyCount ?? 0;
    token = page.NextContinuationToken;
  } while (token !== undefined && !signal.aborted);
  return count;
}
