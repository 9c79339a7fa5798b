import { randomBytes } from 'node:crypto';

import type { Persistence, S3Store, StoredObject } from '../fauxqs.ts';
import {
  attributesOf,
  versionIdOf,
  withAttributes,
  type ObjectAttributes,
} from './object-attributes.ts';
import { continueSequencerAfter, nextSequencer } from './sequencer.ts';

interface Row {
  readonly bucket: string;
  readonly key: string;
}

/**
 * All versions of all objects. fauxqs has the current ones. The noncurrent ones and the delete
 * markers are here, and in fauxqs's table of objects under the name `BUCKET?versions`, which no
 * bucket can have. If the newest version is a delete marker, there is no current object.
 *
 * Changes have to run inside a commit; `snapshot` undoes them in memory if it fails.
 */
export class ObjectVersions {
  /** By bucket and key, oldest first; no empty lists. */
  readonly #noncurrent = new Map<string, Map<string, StoredObject[]>>();
  readonly #s3: S3Store;
  readonly #persistence: Persistence | undefined;
  readonly #move: (from: Row, to: Row) => void;

  constructor(s3: S3Store, persistence?: Persistence) {
    this.#s3 = s3;
    this.#persistence = persistence;
    const move = persistence?.db.prepare(
      'UPDATE s3_objects SET bucket = ?, key = ? WHERE bucket = ? AND key = ?',
    );
    this.#move = (from, to) => void move?.run(to.bucket, to.key, from.bucket, from.key);
    this.#loadNoncurrent();
  }

  current(bucket: string, key: string): StoredObject | undefined {
    return this.#s3.buckets.get(bucket)?.get(key);
  }

  /** Newest first, delete markers included. */
  all(bucket: string, key: string): StoredObject[] {
    const current = this.current(bucket, key);
    const noncurrent = this.#noncurrent.get(bucket)?.get(key) ?? [];
    return [...(current === undefined ? [] : [current]), ...noncurrent.toReversed()];
  }

  /** A version by its id, which may be `null`; without an id the current one. */
  find(bucket: string, key: string, versionId: string | undefined): StoredObject | undefined {
    if (versionId === undefined) return this.current(bucket, key);
    return this.all(bucket, key).find((object) => versionIdOf(object) === versionId);
  }

  /** Keys that have a version of any kind. */
  keys(bucket: string): Set<string> {
    const current = this.#s3.buckets.get(bucket) ?? new Map<string, StoredObject>();
    return new Set([...current.keys(), ...(this.#noncurrent.get(bucket)?.keys() ?? [])]);
  }

  hasNoncurrent(bucket: string): boolean {
    return this.#noncurrent.has(bucket);
  }

  body(bucket: string, object: StoredObject): Buffer {
    if (this.#persistence === undefined || object.contentLength === 0) return object.body;
    const isCurrent = this.current(bucket, object.key) === object;
    const row = isCurrent ? { bucket, key: object.key } : rowOf(bucket, object);
    return this.#persistence.readBody(row.bucket, row.key);
  }

  /** The current object, if there is one, becomes noncurrent. */
  archiveCurrent(bucket: string, key: string): void {
    const object = this.current(bucket, key);
    if (object === undefined) return;
    this.#move({ bucket, key }, rowOf(bucket, object));
    this.#s3.buckets.get(bucket)?.delete(key);
    this.#add(bucket, object);
  }

  addDeleteMarker(bucket: string, key: string, attributes: ObjectAttributes): StoredObject {
    const marker: StoredObject = {
      key,
      body: Buffer.alloc(0),
      contentType: '',
      contentLength: 0,
      etag: '',
      lastModified: new Date(),
      metadata: withAttributes({}, { ...attributes, deleteMarker: true }),
    };
    const row = rowOf(bucket, marker);
    this.#persistence?.upsertObject(row.bucket, { ...marker, key: row.key });
    this.#add(bucket, marker);
    return marker;
  }

  /**
   * Deletes one version for good. The newest remaining version becomes current, unless it is a
   * delete marker.
   *
   * @returns the deleted version
   */
  remove(bucket: string, key: string, versionId: string): StoredObject | undefined {
    const object = this.find(bucket, key, versionId);
    if (object === undefined) return undefined;
    if (object === this.current(bucket, key)) {
      this.#persistence?.deleteObject(bucket, key);
      this.#s3.buckets.get(bucket)?.delete(key);
    } else {
      this.#removeNoncurrent(bucket, object);
    }
    this.#promoteNewest(bucket, key);
    return object;
  }

  /** Deletes the null version if it is noncurrent: a suspended bucket keeps one null version. */
  removeNoncurrentNull(bucket: string, key: string): void {
    const object = this.find(bucket, key, 'null');
    if (object === undefined || object === this.current(bucket, key)) return;
    this.#removeNoncurrent(bucket, object);
  }

  /** @returns restores the versions of a key in memory, if the commit of a change fails */
  snapshot(bucket: string, key: string): () => void {
    const current = this.current(bucket, key);
    const noncurrent = [...(this.#noncurrent.get(bucket)?.get(key) ?? [])];
    return () => {
      if (current === undefined) this.#s3.buckets.get(bucket)?.delete(key);
      else this.#s3.buckets.get(bucket)?.set(key, current);
      this.#setNoncurrent(bucket, key, noncurrent);
    };
  }

  #promoteNewest(bucket: string, key: string): void {
    const noncurrent = this.#noncurrent.get(bucket)?.get(key) ?? [];
    const newest = noncurrent.at(-1);
    if (newest === undefined || attributesOf(newest).deleteMarker) return;
    if (this.current(bucket, key) !== undefined) return;
    this.#move(rowOf(bucket, newest), { bucket, key });
    this.#setNoncurrent(bucket, key, noncurrent.slice(0, -1));
    this.#s3.buckets.get(bucket)?.set(key, newest);
  }

  #removeNoncurrent(bucket: string, object: StoredObject): void {
    const row = rowOf(bucket, object);
    this.#persistence?.deleteObject(row.bucket, row.key);
    const others = this.#noncurrent.get(bucket)?.get(object.key) ?? [];
    this.#setNoncurrent(
      bucket,
      object.key,
      others.filter((other) => other !== object),
    );
  }

  #add(bucket: string, object: StoredObject): void {
    const others = this.#noncurrent.get(bucket)?.get(object.key) ?? [];
    this.#setNoncurrent(bucket, object.key, [...others, object].sort(byOrder));
  }

  #setNoncurrent(bucket: string, key: string, objects: StoredObject[]): void {
    const keys = this.#noncurrent.get(bucket) ?? new Map<string, StoredObject[]>();
    if (objects.length > 0) keys.set(key, objects);
    else keys.delete(key);
    if (keys.size > 0) this.#noncurrent.set(bucket, keys);
    else this.#noncurrent.delete(bucket);
  }

  /** Upstream: rows whose bucket does not exist are ignored when the database is loaded. */
  #loadNoncurrent(): void {
    const restore = this.#s3.restoreObject.bind(this.#s3);
    this.#s3.restoreObject = (bucket, object) => {
      continueSequencerAfter(attributesOf(object).order);
      if (!bucket.endsWith(SUFFIX)) return restore(bucket, object);
      const key = object.key.slice(object.key.indexOf('/') + 1);
      this.#add(bucket.slice(0, -SUFFIX.length), { ...object, key });
    };
  }
}

const SUFFIX = '?versions';

function rowOf(bucket: string, object: StoredObject): Row {
  return { bucket: `${bucket}${SUFFIX}`, key: `${versionIdOf(object)}/${object.key}` };
}

function byOrder(left: StoredObject, right: StoredObject): number {
  const [a = '', b = ''] = [attributesOf(left).order, attributesOf(right).order];
  return a < b ? -1 : 1;
}

/** What a new version gets in a bucket with this versioning status. */
export function newVersion(status: VersioningStatus): ObjectAttributes {
  if (status === undefined) return {};
  const order = nextSequencer();
  // 24 bytes are 32 characters, as many as S3's own ids have.
  return status === 'Enabled'
    ? { versionId: randomBytes(24).toString('base64url'), order }
    : { order };
}

/** `undefined`: the bucket never had versioning. */
export type VersioningStatus = 'Enabled' | 'Suspended' | undefined;
