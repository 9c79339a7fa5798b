import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { manifestSchema, type Manifest } from '@darkroom/pipeline';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { expect, vi } from 'vitest';
import { bare, PATIENCE, type Client, type ListedObject } from './client.ts';
import {
  CACHE_CONTROL,
  FILES,
  metadataOf,
  outputFolder,
  outputMetadataOf,
  recipeOf,
} from './contract.ts';

/** Objects read at once. */
const CONCURRENCY = 16;

/**
 * Checks that the processed bucket has exactly the outputs of the uploads: for each upload with a recipe, a manifest of its
 * current version and every output of that manifest, and no other object. Call it when the queue is empty.
 *
 * @returns one sentence for each difference
 */
export async function findInconsistencies(client: Client): Promise<string[]> {
  const { recipes, sourceBucket, processedBucket } = client.stack;
  const [uploads, outputs] = await Promise.all([
    client.list(sourceBucket),
    client.list(processedBucket),
  ]);
  const checks = [...uploads]
    .filter(([key]) => recipeOf(key, recipes))
    .map(([key, upload]) => new UploadCheck(client, key, upload));
  const limit = pLimit(CONCURRENCY);
  await Promise.all(checks.map((check) => limit(() => check.run())));
  const accountedFor = new Set(checks.flatMap(({ wanted }) => wanted));
  return [
    ...checks.flatMap(({ problems }) => problems),
    ...[...outputs.keys()]
      .filter((key) => !accountedFor.has(key))
      .map((key) => `${key} belongs to no upload`),
  ];
}

/**
 * Waits until the buckets are consistent. After a kill, received messages stay in flight until their visibility timeout,
 * although the next start has already processed their keys.
 */
export async function untilConsistent(client: Client): Promise<void> {
  await vi.waitFor(async () => expect(await findInconsistencies(client)).toEqual([]), {
    ...PATIENCE,
    interval: 500,
  });
}

class UploadCheck {
  readonly problems: string[] = [];
  /** Keys of this upload's outputs and manifest. */
  readonly wanted: string[] = [];
  readonly #client: Client;
  readonly #key: string;
  readonly #upload: ListedObject;

  constructor(client: Client, key: string, upload: ListedObject) {
    this.#client = client;
    this.#key = key;
    this.#upload = upload;
  }

  async run(): Promise<void> {
    const folder = outputFolder(this.#key, this.#client.stack.recipes);
    const at = `${folder}manifest.json`;
    const found = await this.#client.read(at);
    if (!found) return void this.problems.push(`${this.#key} has no manifest`);
    this.wanted.push(at);
    const manifest = manifestSchema.parse(JSON.parse(found.body.toString()));
    this.#expect(`${at}, headers`, headersOf(found.head), {
      contentType: 'application/json',
      cacheControl: 'no-cache',
      metadata: metadataOf(this.#key, manifest.recipe, manifest.recipeHash),
    });
    this.#manifest(at, manifest);
    for (const output of manifest.outputs) await this.#output(folder, manifest, output);
    if (manifest.outcome) await this.#outcomeFile(manifest.outcome);
  }

  #manifest(at: string, manifest: Manifest): void {
    const { recipe, source, status, outputs } = manifest;
    const { stack } = this.#client;
    const named = recipeOf(this.#key, stack.recipes);
    this.#expect(`${at}, recipe`, recipe, named?.name);
    const { bucket, key, eTag, bytes } = source;
    this.#expect(
      `${at}, source`,
      { bucket, key, eTag, bytes },
      {
        bucket: stack.sourceBucket,
        key: this.#key,
        eTag: this.#upload.eTag,
        bytes: this.#upload.bytes,
      },
    );
    const variants = outputs.map(({ variant }) => variant);
    // Each variant is either made or listed with the reason.
    const skipped = 'skipped' in manifest ? (manifest.skipped ?? []) : [];
    const left = named?.variants.filter((name) => !skipped.some(({ variant }) => variant === name));
    this.#expect(`${at}, outputs`, variants, status === 'done' ? left : []);
  }

  async #output(folder: string, manifest: Manifest, output: Manifest['outputs'][number]) {
    const { key, variant, format, contentType, bytes, width, height, eTag, sha256 } = output;
    const file = FILES[format];
    this.#expect(`${key}, name`, key, `${folder}${variant}.${file?.extension}`);
    this.#expect(`${key}, type`, contentType, file?.contentType);
    const found = await this.#client.read(key);
    if (!found) return void this.problems.push(`${key} is in a manifest, and nowhere else`);
    this.wanted.push(key);
    this.#expect(`${key}, headers`, headersOf(found.head), {
      contentType,
      cacheControl: CACHE_CONTROL,
      metadata: outputMetadataOf(
        manifest,
        output,
        manifest.source.contentEncoding && found.head.Metadata?.['source-sha256'],
      ),
    });
    const picture = await sharp(found.body)
      .metadata()
      .catch(() => undefined);
    const actual = {
      eTag: bare(found.head.ETag),
      sha256: createHash('sha256').update(found.body).digest('hex'),
      bytes: found.body.byteLength,
      format: picture?.format,
      width: picture?.width,
      height: picture?.height,
    };
    this.#expect(key, actual, { eTag, sha256, bytes, format, width, height });
  }

  async #outcomeFile({ key, eTag, sha256 }: NonNullable<Manifest['outcome']>) {
    const found = await this.#client.read(key);
    if (!found) return void this.problems.push(`${key} is in a manifest, and nowhere else`);
    this.wanted.push(key);
    const actual = {
      eTag: bare(found.head.ETag),
      sha256: createHash('sha256').update(found.body).digest('hex'),
    };
    this.#expect(key, actual, { eTag, sha256 });
  }

  #expect(what: string, actual: unknown, wanted: unknown): void {
    if (isDeepStrictEqual(actual, wanted)) return;
    this.problems.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`);
  }
}

function headersOf({
  ContentType,
  CacheControl,
  Metadata,
}: {
  ContentType?: string | undefined;
  CacheControl?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}) {
  return { contentType: ContentType, cacheControl: CacheControl, metadata: Metadata };
}
