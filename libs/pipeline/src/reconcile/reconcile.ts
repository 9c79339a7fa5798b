import { type Choices, readChoices, sameChoices } from '../contract/choices.ts';
import { type AcknowledgedCode, PipelineError } from '../contract/codes.ts';
import { outputKeys } from '../contract/keys.ts';
import type { Limits } from '../contract/limits.ts';
import {
  mayBeRetried,
  type DoneManifest,
  type Manifest,
  type RejectedManifest,
} from '../contract/manifest.ts';
import { hasRightOutcome, type MakeOutcome } from '../contract/outcome-file.ts';
import { isSameSource, type SourceIdentity } from '../contract/source-identity.ts';
import { recipeHash } from '../recipe/recipe-hash.ts';
import { type Recipe, selectRecipe } from '../recipe/recipe.ts';
import type { Engines } from './isolation.ts';
import { type Chosen, type KeyTask, makeOutputs, rejectUnreadable } from './make-outputs.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { FoundObject, GetResult, ObjectStore, UnreadableObject } from './object-store.ts';
import { isConflict, namedObjects, OutputFolder } from './output-folder.ts';

/** What a manifest must agree with, apart from the source. */
export interface Wanted {
  readonly recipeHash: string;
  /** Makes the outcome file; undefined if there must be none. */
  readonly makeOutcome?: MakeOutcome | undefined;
}

/**
 * Whether only a changed source could make this manifest wrong: it was made with this recipe, every object that it
 * names is there with the ETag that it names, nothing else is there, and no operator's fix could change the outcome.
 *
 * @param listed the objects directly below `K/`, key → ETag, including the manifest
 */
export function isUpToDate(
  manifest: Manifest,
  wanted: Wanted,
  listed: ReadonlyMap<string, string>,
): boolean {
  return (
    hasItsOutputs(manifest, wanted, listed) &&
    hasItsOutcome(manifest, wanted, listed) &&
    !hasOrphans(manifest, listed)
  );
}

function hasItsOutputs(
  manifest: Manifest,
  { recipeHash }: Wanted,
  listed: ReadonlyMap<string, string>,
): boolean {
  return (
    !mayBeRetried(manifest) &&
    manifest.recipeHash === recipeHash &&
    manifest.outputs.every(({ key, eTag }) => listed.get(key) === eTag)
  );
}

function hasItsOutcome(
  manifest: Manifest,
  { makeOutcome }: Wanted,
  listed: ReadonlyMap<string, string>,
): boolean {
  const { outcome } = manifest;
  return (
    hasRightOutcome(manifest, makeOutcome) &&
    (outcome === undefined || listed.get(outcome.key) === outcome.eTag)
  );
}

/** @param listed has all objects that the manifest names */
function hasOrphans(manifest: Manifest, listed: ReadonlyMap<string, string>): boolean {
  return listed.size !== namedObjects(manifest).length + 1;
}

/** The first pass and five restarts (docs/reconcile.md); after that a later receive has the key for itself. */
const MAX_PASSES = 6;

export interface ReconcileContext extends Engines {
  readonly source: ObjectStore;
  readonly processed: ObjectStore;
  readonly recipes: readonly Recipe[];
  readonly limits: Limits;
  /** If set, each upload has an outcome file (`makeOutcomeOf`). */
  readonly makeOutcome?: MakeOutcome | undefined;
  /** Of all uploads that are worked on at once. */
  readonly memory: MemoryBudget;
  /** For the files of an upload that is alone (`files-at-once.ts`); default 1. */
  readonly vcpus?: number;
}

export interface ReconcileOptions {
  /** Aborted when the function's time runs out. */
  readonly signal?: AbortSignal;
  /**
   * The message has come before: outputs that an earlier attempt has left are not made again where they say what they
   * were made of. One HEAD for each of them.
   */
  readonly retry?: boolean;
  /**
   * The message will not come again. A `GAVE_UP` manifest is committed before the attempt, and success replaces it.
   * This way, even an image that kills the process has an outcome.
   */
  readonly lastAttempt?: boolean;
}

export type ReconcileOutcome =
  | { readonly kind: 'done'; readonly manifest: DoneManifest }
  | { readonly kind: 'rejected'; readonly manifest: RejectedManifest }
  | { readonly kind: 'acknowledged'; readonly code: AcknowledgedCode };

/**
 * Makes the outputs of one key agree with its source as it is now. `docs/reconcile.md` has the protocol, what was
 * checked of it, and what goes wrong when a step is left out. The event that named the key decides nothing.
 *
 * @throws PipelineError, or an error with a `code` of the contract, whose verdict is `retry`: the message has to come
 * again
 */
export async function reconcile(
  key: string,
  context: ReconcileContext,
  options: ReconcileOptions = {},
): Promise<ReconcileOutcome> {
  const recipe = selectRecipe(context.recipes, key);
  if (!recipe) return { kind: 'acknowledged', code: 'NO_RECIPE' };
  const job: KeyTask = {
    key,
    recipe,
    recipeHash: recipeHash(recipe, context.limits),
    keys: outputKeys(key, recipe),
    makeOutcome: context.makeOutcome,
    engine: context.engine,
    isolated: context.isolated,
    limits: context.limits,
    memory: context.memory,
    vcpus: context.vcpus ?? 1,
    signal: options.signal,
    retry: options.retry ?? false,
    lastAttempt: options.lastAttempt ?? false,
  };
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    if (options.signal?.aborted)
      throw new PipelineError('TIMEOUT', `No time left for ${key}`, {
        cause: options.signal.reason,
      });
    const outcome = await passOver(job, context);
    if (outcome) return outcome;
  }
  throw new PipelineError(
    'CONFLICT',
    `Other workers kept changing ${key}: gave way ${MAX_PASSES} times`,
  );
}

/** @returns nothing where a conflict or a changed source asks for another pass */
async function passOver(
  job: KeyTask,
  { source, processed }: ReconcileContext,
): Promise<ReconcileOutcome | undefined> {
  try {
    // 1. State
    const folder = await OutputFolder.list(processed, job.keys);
    const manifest = await folder.readManifest();

    const current = manifest && hasItsOutputs(manifest, job, folder.objects) ? manifest : undefined;

    // 2. Source, and 3. up to date?
    const hasOutcome = current && hasItsOutcome(current, job, folder.objects);
    const head = hasOutcome && (await headOf(job, source));
    if (current && head && isSameUpload(current.source, head)) {
      if (!hasOrphans(current, folder.objects)) return upToDate;
      await folder.removeOrphans(current);
      return (await sourceIsStill(head, job, source)) ? upToDate : undefined;
    }
    const read = hasOutcome && !head ? MISSING : withChoices(await source.get(job.key), job);
    if (
      read.kind === 'missing' &&
      (folder.objects.size === 0 || job.recipe.onSourceRemoved === 'keep')
    )
      return { kind: 'acknowledged', code: 'SOURCE_MISSING' };

    // 4. Write
    const outcome = await write(job, folder, { read, current }, source);

    // 5. Confirm
    const was = read.kind === 'missing' ? undefined : read;
    return (await sourceIsStill(was, job, source)) ? outcome : undefined;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

const upToDate: ReconcileOutcome = { kind: 'acknowledged', code: 'UP_TO_DATE' };
const MISSING = { kind: 'missing' } as const;

/** An object of the source bucket with what its metadata chooses, which neither ETag nor size covers. */
interface Upload extends SourceIdentity {
  readonly choices?: Choices | undefined;
}

type ReadUpload = (GetResult & { kind: 'missing' }) | Chosen<FoundObject | UnreadableObject>;

function isSameUpload(left: Upload, right: Upload): boolean {
  return isSameSource(left, right) && sameChoices(left.choices, right.choices);
}

async function headOf({ key, recipe }: KeyTask, source: ObjectStore): Promise<Upload | undefined> {
  const head = await source.head(key);
  return head && { ...head, choices: readChoices(head.metadata, recipe.choices) };
}

function withChoices(read: GetResult, { recipe }: KeyTask): ReadUpload {
  return read.kind === 'missing'
    ? read
    : { ...read, choices: readChoices(read.metadata, recipe.choices) };
}

/** @param current the manifest, if only the source may have changed since it was written */
async function write(
  job: KeyTask,
  folder: OutputFolder,
  { read, current }: { read: ReadUpload; current: Manifest | undefined },
  source: ObjectStore,
): Promise<ReconcileOutcome> {
  switch (read.kind) {
    case 'found':
      return fill(job, folder, { found: read, current }, source);
    case 'unreadable':
      return {
        kind: 'rejected',
        manifest: await rejectUnreadable(job, folder, read, source.bucket),
      };
    case 'missing':
      return empty(folder);
  }
}

async function fill(
  job: KeyTask,
  folder: OutputFolder,
  { found, current }: { found: Chosen<FoundObject>; current: Manifest | undefined },
  source: ObjectStore,
): Promise<ReconcileOutcome> {
  try {
    const manifest = await makeOutputs(job, folder, { found, current }, source.bucket);
    if (!manifest) return upToDate;
    return manifest.status === 'done' ? { kind: 'done', manifest } : { kind: 'rejected', manifest };
  } finally {
    found.discard();
  }
}

async function empty(folder: OutputFolder): Promise<ReconcileOutcome> {
  await folder.removeAll();
  return { kind: 'acknowledged', code: 'SOURCE_MISSING' };
}

/** @param was undefined if the source was gone */
async function sourceIsStill(
  was: Upload | undefined,
  job: KeyTask,
  source: ObjectStore,
): Promise<boolean> {
  const now = await headOf(job, source);
  return was && now ? isSameUpload(was, now) : was === now;
}
