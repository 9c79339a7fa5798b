import type { SourceIdentity } from '../contract/source-identity.ts';

/**
 * One bucket, as `reconcile` needs it: S3's semantics, not its SDK. Methods throw errors with a `code` of the contract:
 * `CONFLICT` where a precondition does not hold (412, 409, or 404 for `ifMatch` on nothing), `THROTTLED`,
 * `STORAGE_UNAVAILABLE` or `TIMEOUT` where S3 said no.
 */
export interface ObjectStore {
  /** For manifests and messages. */
  readonly bucket: string;
  /** The objects directly below the prefix (delimiter `/`), all pages of them. */
  list(prefix: string): Promise<ListedObject[]>;
  /** The newest version of an object. */
  get(key: string, options?: { ifMatch?: string }): Promise<GetResult>;
  /** @returns nothing if the newest version is gone */
  head(key: string): Promise<ObjectHead | undefined>;
  /** @returns the new object's ETag */
  put(key: string, body: Uint8Array, options: PutOptions): Promise<string>;
  delete(key: string, options: { ifMatch: string }): Promise<void>;
}

export interface ListedObject {
  readonly key: string;
  readonly eTag: string;
}

export interface ObjectHead extends SourceIdentity {
  readonly metadata: PutOptions['metadata'];
}

export type GetResult = { readonly kind: 'missing' } | UnreadableObject | FoundObject;

/** The object exists, and no permission of the function can read it: only its uploader or an operator can help. */
export interface UnreadableObject extends ObjectHead {
  readonly kind: 'unreadable';
  /** What to do. */
  readonly reason: string;
}

export interface FoundObject extends ObjectHead {
  readonly kind: 'found';
  /** The header, if the object has one. */
  readonly contentEncoding?: string | undefined;
  /** The body is not read yet: call one of `read` and `discard`. */
  read(): Promise<Uint8Array>;
  discard(): void;
}

/** `absent`: only where nothing is there (`If-None-Match: *`). */
export type Precondition = { readonly ifMatch: string } | 'absent';

export interface PutOptions {
  readonly precondition: Precondition;
  readonly contentType: string;
  readonly cacheControl: string;
  /** ASCII only. */
  readonly metadata: Readonly<Record<string, string>>;
}
