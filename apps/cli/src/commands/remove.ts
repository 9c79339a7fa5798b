import { setTimeout as delay } from 'node:timers/promises';
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { outputKeys, selectRecipe } from '@darkroom/pipeline';
import * as z from 'zod';
import { withOperations } from '../aws-operation.ts';
import { CommandError, defineCommand, flag, required } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { openStack, type Stack, stackOptions } from '../stack.ts';
import { printable } from '../terminal.ts';

const removedSchema = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
});

export const remove = defineCommand({
  name: 'remove',
  summary: 'deletes an upload with all versions and outputs, for erasure requests',
  details:
    'It deletes every version of the upload and of its outputs, asks CloudFront to forget the outputs if the stack has delivery, and prints a receipt. It does not delete log lines, which contain the key until logs.retentionDays is over, copies in other buckets, and backups.',
  arguments: [required('key', 'the upload, such as uploads/cat.jpg')],
  options: { ...stackOptions, yes: flag('--yes', 'deletes without a question') },
  examples: [{ line: 'uploads/cat.jpg --yes --json', what: 'Delete, and keep the receipt' }],
  output: z.strictObject({
    stack: z.string(),
    key: z.string(),
    /** ISO 8601. */
    time: z.string(),
    removed: z.array(removedSchema),
    /** Id of CloudFront's invalidation, null without delivery. */
    invalidation: z.string().nullable(),
    /** Whether a last listing found nothing. */
    verified: z.boolean(),
  }),
  async run({ terminal, signal }, { yes, ...options }, key) {
    const stack = await openStack(options);
    const { name, sourceBucket, processedBucket } = stack;
    const recipe = selectRecipe(stack.settings().recipes, key);
    const folder = recipe ? outputKeys(key, recipe).prefix : `${key}/`;
    const find = async () => [
      ...(await versionsOf(stack, sourceBucket, key, (found) => found === key)),
      ...(await versionsOf(stack, processedBucket, folder, (found) => isIn(folder, found))),
    ];
    const before = await find();
    if (before.length === 0)
      throw new CommandError(`There is neither an upload ${key} nor outputs of it.`, {
        code: 'NOTHING_TO_DO',
        remedy: 'Keys are case-sensitive and begin without a slash.',
        exitCode: EXIT.done,
      });
    const question = `Delete ${key} of ${name} and its outputs, ${before.length} objects and versions?`;
    if (!(await terminal.confirm(question, yes))) throw new CommandError('Nothing was deleted.');

    const removed: z.output<typeof removedSchema>[] = [];
    let left = before;
    // The source first: the function then makes no outputs again. What it was just writing is found in the next round.
    for (let round = 0; round < ROUNDS && left.length > 0 && !signal.aborted; round++) {
      for (const bucket of [sourceBucket, processedBucket])
        removed.push(...(await deleteAll(stack, bucket, left)));
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      left = await find();
    }
    return {
      ...{ stack: name, key, time: new Date().toISOString(), removed },
      invalidation: await invalidate(stack, folder),
      verified: left.length === 0,
    };
  },
  print({ stack, key, time, removed, invalidation, verified }, terminal) {
    terminal.line(`Receipt: ${printable(key)} of stack ${stack}, ${time}`);
    for (const { bucket, key: object, versionId } of removed)
      terminal.line(`  deleted  s3://${bucket}/${printable(object)}  version ${versionId}`);
    if (invalidation !== null) terminal.line(`  CloudFront invalidation ${invalidation}`);
    terminal.line(verified ? '  verified: nothing is left' : '  NOT VERIFIED: objects are left');
  },
  exitCode: ({ verified }) => (verified ? EXIT.done : EXIT.failed),
});

/** Rounds until nothing is left; an upload that is processed now may add outputs. */
const ROUNDS = 5;
const PAUSE_MS = 2000;

interface Version {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
}

/** An upload `a` and an upload `a/b.jpg` share a prefix. Only objects directly in the folder are outputs of `a`. */
function isIn(folder: string, key: string): boolean {
  return key.startsWith(folder) && !key.slice(folder.length).includes('/');
}

/** All versions and delete markers; without versioning, S3 reports the version `null`. */
async function versionsOf(
  { s3 }: Stack,
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
  { s3 }: Stack,
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
      throw new CommandError(`S3 did not delete ${failed.Key} of ${bucket}: ${failed.Code}`, {
        code: failed.Code ?? 'DELETE_FAILED',
        remedy:
          'The permissions s3:DeleteObject and s3:DeleteObjectVersion are required. Run the command again.',
        exitCode: EXIT.access,
      });
  }
  return own;
}

async function invalidate(
  { client, distributionId }: Stack,
  folder: string,
): Promise<string | null> {
  if (distributionId === undefined) return null;
  const cloudFront = withOperations(new CloudFrontClient(client));
  try {
    const { Invalidation } = await cloudFront.send(
      new CreateInvalidationCommand({
        DistributionId: distributionId,
        InvalidationBatch: {
          CallerReference: `darkroom-${Date.now()}`,
          Paths: {
            Quantity: 1,
            Items: [`/${folder.split('/').map(encodeURIComponent).join('/')}*`],
          },
        },
      }),
    );
    return Invalidation?.Id ?? null;
  } finally {
    cloudFront.destroy();
  }
}
