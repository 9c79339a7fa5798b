import { setTimeout as delay } from 'node:timers/promises';
import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { outputKeys, selectRecipe } from '@darkroom/pipeline';
import * as z from 'zod';
import { OperationError } from './operation-error.ts';
import type { Pipeline } from './status.ts';

const versionSchema = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
});

type Version = z.output<typeof versionSchema>;

export const removedSchema = z.strictObject({
  stack: z.string(),
  key: z.string(),
  /** ISO 8601. */
  time: z.string(),
  removed: z.array(versionSchema),
  /** Id of CloudFront's invalidation; null without delivery, or if CloudFront refused it. */
  invalidation: z.string().nullable(),
  /** Why CloudFront may still have copies. The same command tries again. */
  invalidationError: z.string().optional(),
  /** Whether a last listing found nothing. */
  verified: z.boolean(),
});

/** The receipt of a removal. */
export type Removed = z.output<typeof removedSchema>;

/** An upload and its outputs, in all versions. */
export interface FoundUpload {
  readonly key: string;
  /** Of the outputs; ends in `/`. */
  readonly folder: string;
  readonly versions: readonly Version[];
}

/** Finds all versions of an upload and of its outputs. */
export async function findUpload(
  stack: Omit<Pipeline, 'deadLetterQueueUrl'>,
  key: string,
): Promise<FoundUpload> {
  const { sourceBucket, processedBucket, settings } = stack;
  const recipe = selectRecipe(settings.recipes, key);
  const folder = recipe ? outputKeys(key, recipe).prefix : `${key}/`;
  const versions = [
    ...(await versionsOf(stack, sourceBucket, key, (found) => found === key)),
    ...(await versionsOf(stack, processedBucket, folder, (found) => isIn(folder, found))),
  ];
  return { key, folder, versions };
}

/** Rounds until nothing is left; an upload that is processed now may add outputs. */
const ROUNDS = 5;
const PAUSE_MS = 2000;

export interface RemoveOptions {
  readonly signal: AbortSignal;
  /** Makes CloudFront forget the folder. It does not throw: the objects are deleted by then. Default: no delivery. */
  readonly invalidate?: (
    folder: string,
  ) => Promise<Pick<Removed, 'invalidation' | 'invalidationError'>>;
  /** Time until the listing that verifies the removal, milliseconds. Default: 2,000. */
  readonly pauseMs?: number;
}

/**
 * Deletes an upload with all versions and outputs.
 *
 * @throws OperationError `REMOVE_FAILED` if S3 refuses a deletion; errors of S3 as the SDK throws them
 */
export async function removeUpload(
  stack: Omit<Pipeline, 'deadLetterQueueUrl'>,
  { key, folder, versions }: FoundUpload,
  { signal, invalidate, pauseMs = PAUSE_MS }: RemoveOptions,
): Promise<Removed> {
  const removed: Version[] = [];
  let left = versions;
  // The source first: the function then makes no outputs again. What it was just writing is found in the next round.
  for (let round = 0; round < ROUNDS && left.length > 0 && !signal.aborted; round++) {
    for (const bucket of [stack.sourceBucket, stack.processedBucket])
      removed.push(...(await deleteAll(stack, bucket, left)));
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    left = (await findUpload(stack, key)).versions;
  }
  return {
    ...{ stack: stack.name, key, time: new Date().toISOString(), removed },
    ...((await invalidate?.(folder)) ?? { invalidation: null }),
    verified: left.length === 0,
  };
}

/** An upload `a` and an upload `a/b.jpg` share a prefix. Only objects directly in the folder are outputs of `a`. */
function isIn(folder: string, key: string): boolean {
  return key.startsWith(folder) && !key.slice(folder.length).includes('/');
}

/** All versions and delete markers; without versioning, S3 reports the version `null`. */
async function versionsOf(
  { s3 }: Pick<Pipeline, 's3'>,
  bucket: string,
  prefix: string,
  accepts: (key: string) => boolean,
): Promise<Version[]> {
  const found: Version[] = [];
  let next: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (next) {
    const page: {
      Versions?: { Key?: string; VersionId?: string }[];
      DeleteMarkers?: { Key?: string; VersionId?: string }[];
      IsTruncated?: boolean;
      NextKeyMarker?: string;
      NextVersionIdMarker?: string;
    } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...next }));
    for (const { Key = '', VersionId = 'null' } of [
      ...(page.Versions ?? []),
      ...(page.DeleteMarkers ?? []),
    ])
      if (accepts(Key)) found.push({ bucket, key: Key, versionId: VersionId });
    next = page.IsTruncated
      ? {
          ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
          ...(page.NextVersionIdMarker !== undefined && {
            VersionIdMarker: page.NextVersionIdMarker,
          }),
        }
      : undefined;
  }
  return found;
}

/** S3 deletes this many objects in a request (DeleteObjects). */
const DELETES_A_REQUEST = 1000;

async function deleteAll(
  { s3 }: Pick<Pipeline, 's3'>,
  bucket: string,
  versions: readonly Version[],
): Promise<Version[]> {
  const own = versions.filter((version) => version.bucket === bucket);
  for (let first = 0; first < own.length; first += DELETES_A_REQUEST) {
    const some = own.slice(first, first + DELETES_A_REQUEST);
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: {
          Quiet: true,
          Objects: some.map(({ key, versionId }) => ({ Key: key, VersionId: versionId })),
        },
      }),
    );
    const [failed] = Errors;
    if (failed)
      throw new OperationError(
        'REMOVE_FAILED',
        `S3 did not delete ${failed.Key} of ${bucket}: ${failed.Code}`,
      );
  }
  return own;
}
