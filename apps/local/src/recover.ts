import {
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import {
  agrees,
  outputKeys,
  parseManifest,
  recipeHash,
  selectRecipe,
  type Limits,
  type Recipe,
} from '@darkroom/pipeline';
import pLimit from 'p-limit';

/** Manifests read at once. */
const CONCURRENCY = 16;
/** Amazon SQS API reference, SendMessageBatch. */
const MESSAGES_A_BATCH = 10;

export interface RecoverOptions {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  readonly recipes: readonly Recipe[];
  readonly limits: Limits;
}

/**
 * Notifies again every key whose outputs do not agree with it: what a kill lost between an upload and its
 * notification, what was under way and would only come back after its visibility timeout, and what an older recipe
 * made.
 *
 * @returns how many keys were notified
 */
export async function recover(options: RecoverOptions): Promise<number> {
  const { s3, sourceBucket, processedBucket, recipes, limits } = options;
  const [sources, outputs] = await Promise.all([
    listETags(s3, sourceBucket),
    listETags(s3, processedBucket),
  ]);
  const byFolder = groupByFolder(outputs);
  const limit = pLimit(CONCURRENCY);
  const stale = await Promise.all(
    [...sources].map(([key, eTag]) =>
      limit(async () => {
        const recipe = selectRecipe(recipes, key);
        if (!recipe) return [];
        const keys = outputKeys(key, recipe);
        const listed = byFolder.get(keys.prefix) ?? new Map<string, string>();
        const manifest = listed.has(keys.manifest)
          ? await readManifest(s3, processedBucket, keys.manifest)
          : undefined;
        const upToDate =
          manifest?.source.eTag === eTag && agrees(manifest, recipeHash(recipe, limits), listed);
        return upToDate ? [] : [key];
      }),
    ),
  );
  const orphans = await Promise.all(
    [...byFolder].map(([folder, listed]) =>
      limit(async () => {
        const manifest = listed.has(`${folder}manifest.json`)
          ? await readManifest(s3, processedBucket, `${folder}manifest.json`)
          : undefined;
        // A folder without a manifest tells its key by its name.
        const key = manifest?.source.key ?? folder.slice(0, -1);
        const recipe = key === '' || sources.has(key) ? undefined : selectRecipe(recipes, key);
        return recipe?.onSourceRemoved === 'delete' ? [key] : [];
      }),
    ),
  );
  const keys = [...stale.flat(), ...orphans.flat()];
  await notify(options, keys);
  return keys.length;
}

async function listETags(s3: S3Client, bucket: string): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, EncodingType: 'url' });
  for await (const { Contents = [] } of pages)
    for (const { Key = '', ETag = '' } of Contents)
      objects.set(decodeURIComponent(Key.replaceAll('+', ' ')), ETag.replaceAll('"', ''));
  return objects;
}

/** `K/` → what is directly below it. */
function groupByFolder(objects: ReadonlyMap<string, string>): Map<string, Map<string, string>> {
  const folders = new Map<string, Map<string, string>>();
  for (const [key, eTag] of objects) {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    const listed = folders.get(folder) ?? new Map<string, string>();
    folders.set(folder, listed.set(key, eTag));
  }
  return folders;
}

async function readManifest(s3: S3Client, bucket: string, key: string) {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body && parseManifest(await Body.transformToByteArray());
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

async function notify(
  { sqs, queueUrl, sourceBucket }: RecoverOptions,
  keys: readonly string[],
): Promise<void> {
  for (let first = 0; first < keys.length; first += MESSAGES_A_BATCH) {
    const batch = keys.slice(first, first + MESSAGES_A_BATCH);
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map((key, index) => ({
          Id: String(index),
          MessageBody: formatMessage({ bucket: sourceBucket, key }),
        })),
      }),
    );
  }
}
