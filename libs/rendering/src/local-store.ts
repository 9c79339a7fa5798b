import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type GetResult,
  type ObjectHead,
  type ObjectStore,
  PipelineError,
  type PutOptions,
} from '@darkroom/pipeline';

/** Requests to S3 by price class. DELETE is free. */
export interface RequestCounts {
  writes: number;
  reads: number;
}

interface Stored {
  readonly body: Uint8Array;
  readonly eTag: string;
  readonly metadata: PutOptions['metadata'];
}

/**
 * A bucket of one upload, as the pipeline sees it. It keeps the objects in memory and counts the requests that the
 * function would send to S3.
 */
export class LocalStore implements ObjectStore {
  readonly bucket: string;
  readonly objects = new Map<string, Stored>();
  readonly #counts: RequestCounts;

  constructor(bucket: string, counts: RequestCounts) {
    this.bucket = bucket;
    this.#counts = counts;
  }

  place(key: string, body: Uint8Array, metadata: PutOptions['metadata'] = {}): string {
    const eTag = createHash('md5').update(body).digest('hex');
    this.objects.set(key, { body, eTag, metadata });
    return eTag;
  }

  list(prefix: string) {
    this.#counts.writes++;
    const below = [...this.objects].filter(
      ([key]) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'),
    );
    return Promise.resolve(below.map(([key, { eTag }]) => ({ key, eTag })));
  }

  get(key: string): Promise<GetResult> {
    this.#counts.reads++;
    const object = this.objects.get(key);
    if (!object) return Promise.resolve({ kind: 'missing' });
    const { body, eTag, metadata } = object;
    return Promise.resolve({
      kind: 'found',
      eTag,
      metadata,
      versionId: null,
      bytes: body.byteLength,
      read: () => Promise.resolve(body),
      discard() {},
    });
  }

  head(key: string): Promise<ObjectHead | undefined> {
    this.#counts.reads++;
    const object = this.objects.get(key);
    if (!object) return Promise.resolve(undefined);
    const { body, eTag, metadata } = object;
    return Promise.resolve({ eTag, metadata, versionId: null, bytes: body.byteLength });
  }

  put(key: string, body: Uint8Array, { precondition, metadata }: PutOptions): Promise<string> {
    this.#counts.writes++;
    this.#check(key, precondition === 'absent' ? undefined : precondition.ifMatch);
    return Promise.resolve(this.place(key, body, metadata));
  }

  delete(key: string, { ifMatch }: { ifMatch: string }): Promise<void> {
    this.#check(key, ifMatch);
    this.objects.delete(key);
    return Promise.resolve();
  }

  #check(key: string, eTag: string | undefined): void {
    if (this.objects.get(key)?.eTag !== eTag)
      throw new PipelineError('CONFLICT', `${key} has changed`);
  }
}

/** Writes the objects below a folder, with their keys as paths. Synchronous: a signal ends the process before or after a file. */
export function writeObjects({ objects }: LocalStore, folder: string): void {
  for (const [key, { body }] of objects) {
    const file = path.resolve(folder, key);
    if (!file.startsWith(path.resolve(folder) + path.sep))
      throw new Error(`the key ${key} is outside of the folder`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
}
