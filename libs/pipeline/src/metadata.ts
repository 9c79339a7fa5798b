import { createHash } from 'node:crypto';

/** S3 allows 2 KB of user metadata (S3 user guide, "Working with object metadata"); most of it for the key. */
const MAX_KEY_CHARACTERS = 1024;

/**
 * Metadata of every output and manifest, so that an object tells by itself where it comes from. Values are ASCII: the
 * key is percent-encoded, and stands as its SHA-256 where that would be too long for a header.
 */
export function outputMetadata(
  key: string,
  recipe: string,
  recipeHash: string,
): Readonly<Record<string, string>> {
  const encoded = encodeURIComponent(key).replaceAll('%2F', '/');
  return {
    ...(encoded.length <= MAX_KEY_CHARACTERS
      ? { 'source-key': encoded }
      : { 'source-key-sha256': createHash('sha256').update(key).digest('hex') }),
    recipe,
    'recipe-hash': recipeHash,
  };
}
