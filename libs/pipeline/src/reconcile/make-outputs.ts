import type { ImageEngine, SourceFacts } from '@darkroom/transforms';
import { isRejection, PipelineError, toPipelineError } from '../contract/codes.ts';
import { filesAtOnce } from '../files-at-once.ts';
import type { OutputKeys } from '../contract/keys.ts';
import {
  checkBytes,
  checkFacts,
  checkFormat,
  checkMemory,
  type Limits,
} from '../contract/limits.ts';
import type { Manifest, ManifestSource, RejectedManifest } from '../contract/manifest.ts';
import type { MemoryBudget, MemoryShare } from './memory-budget.ts';
import { outputMetadata } from '../contract/metadata.ts';
import { outputsAlreadyThere } from './existing-outputs.ts';
import type { FoundObject } from './object-store.ts';
import type { OutputFolder } from './output-folder.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { renderRequest, renderVariants } from './render-variants.ts';
import { peakMemory, readingMemory } from '../memory.ts';
import { writeOutputs } from './write-outputs.ts';

/** One key's work, the same over all passes. */
export interface Job {
  readonly key: string;
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly keys: OutputKeys;
  readonly engine: ImageEngine;
  readonly limits: Limits;
  readonly memory: MemoryBudget;
  readonly vcpus: number;
  readonly signal: AbortSignal | undefined;
  readonly retry: boolean;
  readonly lastAttempt: boolean;
}

const GAVE_UP: RejectedManifest['error'] = {
  code: 'GAVE_UP',
  message: 'No attempt finished: a crash, out of memory, out of time, or AWS was unavailable',
  retryable: true,
};

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
  const origin = { sourceETag: found.eTag, metadata };
  const object = { bucket, key: job.key, ...pick(found) };
  const reject = (
    source: ManifestSource,
    { code, message, retryable }: RejectedManifest['error'],
  ): RejectedManifest => ({
    ...head,
    status: 'rejected',
    source,
    outputs: [],
    error: { code, message, retryable },
  });

  if (job.lastAttempt) await folder.commit(reject(object, GAVE_UP), metadata);

  let source: ManifestSource = object;
  let manifest: Manifest;
  const fromShare = async (share: MemoryShare): Promise<Manifest> => {
    const bytes = await readSource(found);
    const facts = await job.engine.inspect(bytes);
    source = describe(object, facts);
    checkSource(facts, job);
    const planned = renderRequest(job.recipe, facts);
    const need = (concurrency: number) =>
      peakMemory(found.bytes, job.engine.memory({ ...planned, concurrency }));
    const concurrency = filesAtOnce(job.vcpus, job.memory.capacity, need);
    const request = { ...planned, concurrency };
    const needed = need(concurrency);
    throwIfAny(checkMemory(needed, job.memory.capacity));
    // On the last attempt none is there: the GAVE_UP manifest has removed them.
    const there =
      job.retry && !job.lastAttempt ? await outputsAlreadyThere(job, folder, facts, origin) : [];
    await share.grow(needed);
    const done = new Set(there.map(({ variant }) => variant));
    const rendering = renderVariants(job, bytes, request, done);
    // On the last attempt nothing stands beside the GAVE_UP manifest until everything has been made.
    const rendered = job.lastAttempt ? await collect(rendering) : rendering;
    return {
      ...head,
      status: 'done',
      source,
      ...(await writeOutputs(job, folder, rendered, origin, there)),
    };
  };
  try {
    throwIfAny(checkBytes(found.bytes, job.limits));
    const reading = readingMemory(found.bytes);
    throwIfAny(checkMemory(reading, job.memory.capacity));
    manifest = await job.memory.use(reading, job.signal, fromShare);
  } catch (cause) {
    const { code, message, retryable } = toPipelineError(cause);
    if (!isRejection(code)) throw cause;
    manifest = reject(source, { code, message, retryable });
  }
  await folder.commit(manifest, metadata);
  return manifest;
}

function pick({ versionId, eTag, bytes }: FoundObject) {
  return { versionId, eTag, bytes };
}

async function readSource(found: FoundObject): Promise<Uint8Array> {
  // Read before it is judged, also where it seems empty: reading is what verifies the checksum.
  const bytes = await found.read();
  if (bytes.byteLength === 0) throw new PipelineError('CORRUPT_IMAGE', 'The object has zero bytes');
  return bytes;
}

function checkSource(facts: SourceFacts, { recipe, limits }: Job): void {
  throwIfAny(checkFormat(facts, recipe));
  throwIfAny(checkFacts(facts, limits));
}

function throwIfAny(error: PipelineError | undefined): void {
  if (error) throw error;
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
