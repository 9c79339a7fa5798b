import { PipelineError, toPipelineError } from '../contract/codes.ts';
import type { OutputKeys } from '../contract/keys.ts';
import { formatManifest, type Manifest, parseManifest } from '../contract/manifest.ts';
import { type MakeOutcome, sha256Of } from '../contract/outcome-file.ts';
import type { ObjectStore, PutOptions } from './object-store.ts';

export function isConflict(error: unknown): boolean {
  return toPipelineError(error).code === 'CONFLICT';
}

/**
 * Waits for all writes, including failed ones: a frozen runtime may send a forgotten request later (docs/reconcile.md,
 * assumption ii). It throws failures other than conflicts first. Such a write may have happened, and another pass right
 * away is not safe.
 */
export async function waitForAll<T>(writes: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(writes);
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const failure = failures.find((reason) => !isConflict(reason)) ?? failures[0];
  if (failure !== undefined) throw toPipelineError(failure);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** The objects directly below `K/` that belong to a manifest. */
export function namedObjects({
  outputs,
  outcome,
}: Manifest): readonly { key: string; eTag: string }[] {
  return outcome ? [...outputs, outcome] : outputs;
}

/** DELETE requests at a time. A folder may have thousands of orphans, and each wave of deletions is progress. */
const DELETIONS_AT_ONCE = 50;

/**
 * The objects directly below `K/`, as this pass knows them: the listing and its own writes. Every write is conditional
 * on this state and fails with `CONFLICT` if another worker has changed the object.
 */
export class OutputFolder {
  readonly #store: ObjectStore;
  readonly #keys: OutputKeys;
  readonly #objects: Map<string, string>;

  private constructor(store: ObjectStore, keys: OutputKeys, objects: Map<string, string>) {
    this.#store = store;
    this.#keys = keys;
    this.#objects = objects;
  }

  static async list(store: ObjectStore, keys: OutputKeys): Promise<OutputFolder> {
    const listed = await store.list(keys.prefix);
    return new OutputFolder(store, keys, new Map(listed.map(({ key, eTag }) => [key, eTag])));
  }

  /** Key → ETag. */
  get objects(): ReadonlyMap<string, string> {
    return this.#objects;
  }

  /** @returns undefined if the folder has no manifest of Darkroom */
  async readManifest(): Promise<Manifest | undefined> {
    const eTag = this.#objects.get(this.#keys.manifest);
    if (eTag === undefined) return undefined;
    const found = await this.#store.get(this.#keys.manifest, { ifMatch: eTag });
    return found.kind === 'found' ? parseManifest(await found.read()) : undefined;
  }

  /**
   * Metadata of an object that was listed.
   * @throws PipelineError `CONFLICT` if it has changed since the listing
   */
  async metadata(key: string): Promise<PutOptions['metadata']> {
    const head = await this.#store.head(key);
    if (!head || head.eTag !== this.#objects.get(key))
      throw new PipelineError('CONFLICT', `${key} is not what was listed`);
    return head.metadata;
  }

  /** @returns the object's ETag */
  async put(
    key: string,
    body: Uint8Array,
    options: Omit<PutOptions, 'precondition'>,
  ): Promise<string> {
    const listed = this.#objects.get(key);
    const eTag = await this.#store.put(key, body, {
      ...options,
      precondition: listed === undefined ? 'absent' : { ifMatch: listed },
    });
    this.#objects.set(key, eTag);
    return eTag;
  }

  /**
   * The manifest is the commit: written after every object that it names, and before anything else is removed.
   * @returns the manifest as it was written
   */
  async commit<M extends Manifest>(
    content: M,
    metadata: PutOptions['metadata'],
    makeOutcome?: MakeOutcome,
  ): Promise<M> {
    const json = { contentType: 'application/json', cacheControl: 'no-cache', metadata };
    const manifest = { ...content, outcome: undefined };
    if (makeOutcome) {
      const { outcome: key } = this.#keys;
      const file = makeOutcome(content);
      const eTag = await this.put(key, file, json);
      Object.assign(manifest, { outcome: { key, eTag, sha256: sha256Of(file) } });
    }
    await this.put(this.#keys.manifest, formatManifest(manifest), json);
    await this.removeOrphans(manifest);
    return manifest;
  }

  /** Deletes the objects that this manifest does not name. An attempt that ends early has deleted some of them. */
  async removeOrphans(manifest: Manifest): Promise<void> {
    const wanted = new Set([this.#keys.manifest, ...namedObjects(manifest).map(({ key }) => key)]);
    await this.#remove([...this.#objects.keys()].filter((key) => !wanted.has(key)));
  }

  /** Deletes the manifest first, because a manifest must never name deleted outputs. */
  async removeAll(): Promise<void> {
    await this.#remove([...this.#objects.keys()].filter((key) => key === this.#keys.manifest));
    await this.#remove([...this.#objects.keys()]);
  }

  async #remove(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETIONS_AT_ONCE)
      await waitForAll(keys.slice(from, from + DELETIONS_AT_ONCE).map((key) => this.#delete(key)));
  }

  async #delete(key: string): Promise<void> {
    const eTag = this.#objects.get(key);
    if (eTag === undefined) return;
    await this.#store.delete(key, { ifMatch: eTag });
    this.#objects.delete(key);
  }
}
