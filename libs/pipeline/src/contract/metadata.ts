import { createHash } from 'node:crypto';

/** S3's limit for user metadata, bytes of all names and values (S3 user guide, "Working with object metadata"). */
export const MAX_METADATA_BYTES = 2048;
/** Half of it: an output has more to say than where it comes from. */
const MAX_KEY_CHARACTERS = 1024;

export type ObjectMetadata = Readonly<Record<string, string>>;

/**
 * Metadata of every output and manifest, so that an object tells by itself where it comes from. Values are ASCII: the
 * key is percent-encoded, and stands as its SHA-256 where that would be too long for a header.
 */
export function outputMetadata(key: string, recipe: string, recipeHash: string): ObjectMetadata {
  const encoded = encodeURIComponent(key).replaceAll('%2F', '/');
  return {
    ...(encoded.length <= MAX_KEY_CHARACTERS
      ? { 'source-key': encoded }
      : { 'source-key-sha256': createHash('sha256').update(key).digest('hex') }),
    recipe,
    'recipe-hash': recipeHash,
  };
}
