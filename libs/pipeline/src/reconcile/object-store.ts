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
  get(key: string, options?: { ifMatch?: string; ifNoneMatch?: string }): Promise<GetResult>;
  /** @returns nothing where it is gone */
  head(key: string): Promise<ObjectHead | undefined>;
  /** @returns the new object's ETag */
  put(key: string, body: Uint8Array, options: PutOptions): Promise<string>;
  delete(key: string, options: { ifMatch: string }): Promise<void>;
}

export interface ListedObject {
  readonly key: string;
  readonly eTag: string;
}

export interface ObjectHead {
  readonly eTag: string;
  readonly metadata: PutOptions['metadata'];
}

export type GetResult =
  | { readonly kind: 'missing' }
  /** `ifNoneMatch` names the ETag that is there. */
  | { readonly kind: 'unchanged' }
  | UnreadableObject
  | FoundObject;

/** The object exists, and no permission of the function can read it: only its uploader or an operator can help. */
export interface UnreadableObject {
  readonly kind: 'unreadable';
  /** What to do. */
  readonly reason: string;
  readonly eTag: string;
  readonly versionId: string | null;
  readonly bytes: number;
}

export interface FoundObject {
  readonly kind: 'found';
  readonly eTag: string;
  /** Of a versioned bucket. */
  readonly versionId: string | null;
  /** The header, if the object has one. */
  readonly contentEncoding?: string | undefined;
  /** Bytes of the body, which is not read yet. Call one of `read` and `discard`. */
  readonly bytes: number;
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
