import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  isSameSource,
  type Manifest,
  outputKeys,
  parseManifest,
  type Recipe,
  readChoices,
  recipeHash,
  sameChoices,
  selectRecipe,
  type Settings,
} from '@darkroom/pipeline';
import * as z from 'zod';
import { identityOf, type ObjectHead, unlessMissing } from './listing.ts';

export const outcomeSchema = z.strictObject({
  key: z.string(),
  /** `no-recipe`: no recipe matches the key. `unfinished`: no outcome before the time was over. */
  outcome: z.enum(['done', 'rejected', 'no-recipe', 'unfinished']),
  /** Keys of the outputs. */
  outputs: z.array(z.string()),
  /** Variants that cannot be made of this upload. */
  skipped: z.array(z.string()),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Whether `retry` may succeed after a fix. */
  retryable: z.boolean().optional(),
});

/** What became of an upload. */
export type Outcome = z.output<typeof outcomeSchema>;

/** An upload, as S3 identifies it. ETags have no quotes. */
export type Expected = ObjectHead & { readonly key: string };

/** Where outputs are. */
export interface OutputBucket {
  readonly s3: S3Client;
  readonly processedBucket: string;
}

export interface Follow {
  readonly stack: OutputBucket;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** The function writes `GAVE_UP` before its last attempt, and replaces it if that attempt succeeds. */
const GAVE_UP_MS = 30_000;

/** Waits for the manifest of exactly this upload, or version, under the current recipe. */
export async function followUpload(upload: Expected, follow: Follow): Promise<Outcome> {
  const { key } = upload;
  const { stack, settings, signal, until } = follow;
  const recipe = selectRecipe(settings.recipes, key);
  if (!recipe || key.endsWith('/')) return { key, outcome: 'no-recipe', outputs: [], skipped: [] };
  const hash = recipeHash(recipe, settings.limits);
  let pause = FIRST_PAUSE_MS;
  let gaveUpSince: number | undefined;
  for (;;) {
    if (signal.aborted) return { key, outcome: 'unfinished', outputs: [], skipped: [] };
    const manifest = await readManifestOf(key, recipe, stack);
    if (manifest && isMadeOf(manifest, upload, recipe) && manifest.recipeHash === hash) {
      const isLast = manifest.status === 'done' || manifest.error.code !== 'GAVE_UP';
      gaveUpSince ??= Date.now();
      if (isLast || Date.now() - gaveUpSince > GAVE_UP_MS) return outcomeOf(key, manifest);
    }
    if (Date.now() >= until) return { key, outcome: 'unfinished', outputs: [], skipped: [] };
    await delay(Math.min(pause, Math.max(0, until - Date.now())), undefined, { signal }).catch(
      () => undefined,
    );
    pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5);
  }
}

export function outcomeOf(key: string, manifest: Manifest): Outcome {
  const outputs = manifest.outputs.map((output) => output.key);
  if (manifest.status === 'rejected') {
    const { code, message, retryable } = manifest.error;
    return { key, outcome: 'rejected', outputs, skipped: [], code, message, retryable };
  }
  const skipped = (manifest.skipped ?? []).map(({ variant }) => variant);
  return { key, outcome: 'done', outputs, skipped };
}

/** Whether the manifest is that of this upload, with what its metadata chooses: neither ETag nor size covers it. */
export function isMadeOf({ source }: Manifest, upload: ObjectHead, { choices }: Recipe): boolean {
  return (
    isSameSource(source, upload) &&
    sameChoices(source.choices, readChoices(upload.metadata, choices))
  );
}

/** @returns undefined if there is no such upload */
export async function readSource(
  key: string,
  { s3, sourceBucket }: { readonly s3: S3Client; readonly sourceBucket: string },
): Promise<(ObjectHead & { readonly modified: Date }) | undefined> {
  const request = { Bucket: sourceBucket, Key: key, ChecksumMode: 'ENABLED' } as const;
  const head = await unlessMissing(s3.send(new HeadObjectCommand(request)));
  if (!head) return undefined;
  const { Metadata: metadata = {}, LastModified: modified = new Date(0) } = head;
  return { ...identityOf(head), metadata, modified };
}

/** @returns undefined if there is no manifest of Darkroom */
export async function readManifestOf(
  key: string,
  recipe: Recipe,
  { s3, processedBucket }: OutputBucket,
): Promise<Manifest | undefined> {
  const manifest = { Bucket: processedBucket, Key: outputKeys(key, recipe).manifest };
  const found = await unlessMissing(s3.send(new GetObjectCommand(manifest)));
  const bytes = await found?.Body?.transformToByteArray();
  return bytes && parseManifest(bytes);
}
