/** What tells an object of the source bucket from another one with the same key. */
export interface SourceIdentity {
  /** `null` in an unversioned bucket, and for the one version without an id that a versioned bucket may have of a key. */
  readonly versionId: string | null;
  /** An MD5 under default encryption: two contents may have the same one. */
  readonly eTag: string;
  /** Size as stored. */
  readonly bytes: number;
  /** The SHA-256 that the client stored, as S3 reports it: in Base64, with the suffix `-N` for that of N parts. */
  readonly checksumSha256?: string | undefined;
}

/**
 * Whether both are the same object. Version ids decide if there is one. Without them, ETag, size and the client's
 * SHA-256 have to agree: two contents with the same MD5 and without a SHA-256 are then taken for one.
 */
export function isSameSource(left: SourceIdentity, right: SourceIdentity): boolean {
  if (left.versionId !== null || right.versionId !== null)
    return left.versionId === right.versionId;
  return (
    left.eTag === right.eTag &&
    left.bytes === right.bytes &&
    left.checksumSha256 === right.checksumSha256
  );
}
