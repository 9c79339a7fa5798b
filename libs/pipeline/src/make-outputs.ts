import type { ImageEngine, SourceFacts } from '@darkroom/transforms';
import {
  isRejection,
  isRetryable,
  PipelineError,
  toPipelineError,
  type RejectionCode,
} from './errors.ts';
import type { OutputKeys } from './keys.ts';
import { checkBytes, checkFacts, type Limits } from './limits.ts';
import type { Manifest, ManifestSource, RejectedManifest } from './manifest.ts';
import { outputMetadata } from './metadata.ts';
import type { FoundObject } from './object-store.ts';
import type { OutputFolder } from './output-folder.ts';
import type { Recipe } from './recipe.ts';
import { writeOutputs } from './write-outputs.ts';

/** One key's work, the same over all passes. */
export interface Job {
  readonly key: string;
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly keys: OutputKeys;
  readonly engine: ImageEngine;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  readonly lastAttempt: boolean;
}

const GAVE_UP = 'No attempt finished: a crash, out of memory, out of time, or AWS was unavailable';

/**
 * Reads one version of an upload, writes its outputs and commits the manifest, which may be a rejection.
 * @throws an error whose code's verdict is `retry`, or `CONFLICT` for another pass
 */
export async function makeOutputs(
  job: Job,
  folder: OutputFolder,
  found: FoundObject,
  bucket: string,
): Promise<Manifest> {
  const metadata = outputMetadata(job.key, job.recipe.name, job.recipeHash);
  const head = { version: 1, recipe: job.recipe.name, recipeHash: job.recipeHash } as const;
  const object = { bucket, key: job.key, ...pick(found) };
  const reject = (
    source: ManifestSource,
    code: RejectionCode,
    message: string,
  ): RejectedManifest => ({
    ...head,
    status: 'rejected',
    source,
    outputs: [],
    error: { code, message, retryable: isRetryable(code) },
  });

  if (job.lastAttempt) await folder.commit(reject(object, 'GAVE_UP', GAVE_UP), metadata);

  let source: ManifestSource = object;
  let manifest: Manifest;
  try {
    const bytes = await readSource(found, job.limits);
    const facts = await job.engine.inspect(bytes);
    source = describe(object, facts);
    checkSource(facts, job);
    const rendering = job.engine.render({
      source: bytes,
      facts,
      recipe: job.recipe.name,
      variants: job.recipe.variants,
      ...(job.signal && { signal: job.signal }),
    });
    // On the last attempt nothing stands beside the GAVE_UP manifest until everything has been made.
    const rendered = job.lastAttempt ? await collect(rendering) : rendering;
    manifest = {
      ...head,
      status: 'done',
      source,
      ...(await writeOutputs(job, folder, rendered, metadata)),
    };
  } catch (error) {
    const { code, message } = toPipelineError(error);
    if (!isRejection(code)) throw error;
    manifest = reject(source, code, message);
  }
  await folder.commit(manifest, metadata);
  return manifest;
}

function pick({ versionId, eTag, bytes }: FoundObject) {
  return { versionId, eTag, bytes };
}

async function readSource(found: FoundObject, limits: Limits): Promise<Uint8Array> {
  const tooLarge = checkBytes(found.bytes, limits);
  if (tooLarge) throw tooLarge;
  // Read before it is judged, also where it seems empty: reading is what verifies the checksum.
  const bytes = await found.read();
  if (bytes.byteLength === 0) throw new PipelineError('CORRUPT_IMAGE', 'The object has zero bytes');
  return bytes;
}

function checkSource(facts: SourceFacts, { recipe, limits }: Job): void {
  if (!recipe.formats.includes(facts.format))
    throw new PipelineError(
      'UNSUPPORTED_FORMAT',
      `The bytes are ${facts.format}; recipe "${recipe.name}" takes ${recipe.formats.join(', ')}`,
    );
  const tooLarge = checkFacts(facts, limits);
  if (tooLarge) throw tooLarge;
}

function describe(
  object: ManifestSource,
  { format, width, height, orientation, pages, takenAt, camera }: SourceFacts,
): ManifestSource {
  return {
    ...object,
    format,
    width,
    height,
    orientation,
    pages,
    ...(takenAt !== undefined && { takenAt }),
    ...(camera !== undefined && { camera }),
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
