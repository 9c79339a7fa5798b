/** One bucket, as a comparison needs it: S3's semantics, not its SDK. */
export interface BucketReader {
  readonly bucket: string;
  /** The objects at all depths below a prefix that come after a key, in the order of the UTF-8 bytes of their keys. */
  list(prefix: string, after: string): Promise<ObjectPage>;
  /** @returns nothing where there is no such object */
  read(key: string): Promise<Uint8Array | undefined>;
  /** @returns the object's own metadata, nothing where there is no such object */
  head(key: string): Promise<Readonly<Record<string, string>> | undefined>;
}

export interface ObjectPage {
  /** Up to 1,000. */
  readonly objects: readonly ListedObject[];
  readonly isLast: boolean;
}

export interface ListedObject {
  readonly key: string;
  /** Without quotes, as manifests have it. */
  readonly eTag: string;
  readonly bytes: number;
}
