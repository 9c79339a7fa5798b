import pLimit from 'p-limit';
import { follow } from '../outcome/follow.ts';
import { selectRecipe } from '../outcome/select-recipe.ts';
import { S3Error } from '../s3/errors.ts';
import { newestFirst, type ListedObject } from '../s3/listing.ts';
import { isAddressable } from '../s3/object-url.ts';
import { putNewObject } from '../s3/put-object.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import { freeKey, keyOf } from './naming.ts';
import type { DroppedFile } from './dropped-files.ts';
import type { Upload, UploadState } from './upload.ts';

/** Uploads of before that the page shows. */
const RECENT = 50;
/** A browser has six connections to one host: outcomes and pictures want some too. */
const uploads = pLimit(3);

interface Entry {
  upload: Upload;
  eTag?: string;
  /** When the version was seen or made, ms of `performance.now()`. */
  storedAt?: number;
  following?: AbortController;
}

/** Every upload that the page shows, by key: those it makes itself and those that it finds in the bucket. */
export class Uploads {
  readonly #stack: StackInfo;
  readonly #show: (upload: Upload) => void;
  readonly #entries = new Map<string, Entry>();
  /** Keys of the bucket as of the last listing. */
  #listed = new Set<string>();

  /** @param show is called with every upload that is new or has got further */
  constructor(stack: StackInfo, show: (upload: Upload) => void) {
    this.#stack = stack;
    this.#show = show;
  }

  /** Uploads a file below the prefix, under a name that is free. */
  async add({ file, path }: DroppedFile, prefix: string): Promise<void> {
    const wished = keyOf(prefix, path);
    const key = freeKey(wished, (taken) => this.#listed.has(taken) || this.#entries.has(taken));
    const entry: Entry = {
      upload: {
        key,
        bytes: file.size,
        body: file,
        state: { kind: 'queued' },
        ...(key !== wished && { wished }),
      },
    };
    this.#entries.set(key, entry);
    this.#set(entry, { kind: 'queued' });
    await uploads(() => this.#put(entry, file));
  }

  /** Tries a failed upload again. */
  async retry(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    const body = entry?.upload.body;
    if (!entry || !body) return;
    this.#set(entry, { kind: 'queued' });
    await uploads(() => this.#put(entry, body));
  }

  /**
   * Takes over a listing of the bucket: uploads by other programs, overwritten and removed ones.
   * @param complete whether the objects are all objects of the bucket
   * @param askedAt when the listing was asked for, ms of `performance.now()`: what was stored later cannot be in it
   */
  found(objects: readonly ListedObject[], complete: boolean, askedAt: number): void {
    this.#listed = new Set(objects.map(({ key }) => key));
    // The newest is shown last, which puts it on top.
    for (const object of newestFirst(objects).slice(0, RECENT).reverse()) this.#foundOne(object);
    if (!complete) return;
    for (const [key, entry] of this.#entries)
      if (entry.storedAt !== undefined && entry.storedAt < askedAt && !this.#listed.has(key))
        this.#removed(entry);
  }

  #foundOne({ key, eTag, bytes }: ListedObject): void {
    // A folder marker is not an upload.
    if (key.endsWith('/')) return;
    const known = this.#entries.get(key);
    if (known && (known.eTag === undefined || known.eTag === eTag)) return;
    const upload: Upload = { key, bytes, state: { kind: 'developing', overdue: false } };
    const entry: Entry = known ?? { upload };
    entry.upload = upload;
    this.#entries.set(key, entry);
    this.#developing(entry, eTag, false);
  }

  #removed(entry: Entry): void {
    entry.following?.abort();
    this.#entries.delete(entry.upload.key);
    this.#set(entry, { kind: 'removed' });
  }

  async #put(entry: Entry, body: Blob): Promise<void> {
    const { key } = entry.upload;
    const { endpoint, sourceBucket: bucket } = this.#stack;
    this.#set(entry, { kind: 'uploading', sent: 0 });
    try {
      const eTag = await putNewObject({
        endpoint,
        bucket,
        key,
        body,
        onProgress: (sent) => this.#set(entry, { kind: 'uploading', sent }),
      });
      this.#developing(entry, eTag, true);
    } catch (error) {
      if (error instanceof S3Error && (error.status === 412 || error.status === 409))
        return this.#nextName(entry, body);
      this.#set(entry, {
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Another program has used the name since the last listing. */
  async #nextName(entry: Entry, body: Blob): Promise<void> {
    const { key, wished = key } = entry.upload;
    this.#listed.add(key);
    this.#entries.delete(key);
    this.#set(entry, { kind: 'removed' });
    const next = freeKey(wished, (taken) => this.#listed.has(taken) || this.#entries.has(taken));
    entry.upload = { ...entry.upload, key: next, wished };
    this.#entries.set(next, entry);
    return this.#put(entry, body);
  }

  #developing(entry: Entry, eTag: string, own: boolean): void {
    const { key } = entry.upload;
    entry.eTag = eTag;
    entry.storedAt = performance.now();
    entry.following?.abort();
    if (!isAddressable(key)) return this.#set(entry, { kind: 'unaddressable' });
    const recipe = selectRecipe(this.#stack.recipes, key);
    if (!recipe) return this.#set(entry, { kind: 'no-recipe' });
    this.#set(entry, { kind: 'developing', overdue: false });
    const following = (entry.following = new AbortController());
    void follow(this.#stack, {
      key,
      eTag,
      recipe,
      signal: following.signal,
      onState: (state) => {
        if (state.kind !== 'settled' || own) return this.#set(entry, state);
        const { kind, manifest, at } = state;
        this.#set(entry, { kind, manifest, at });
      },
    });
  }

  #set(entry: Entry, state: UploadState): void {
    entry.upload = { ...entry.upload, state };
    this.#show(entry.upload);
  }
}
