import type { RecipeInfo } from '../stack/stack-info.ts';

/** S3's limit for a key, bytes of UTF-8 (S3 user guide, "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;
const LONG = '_long/';
const MANIFEST = 'manifest.json';
/** Of the extensions of outputs, with the dot: `.webp`, `.avif`, `.tiff`. */
const LONGEST_EXTENSION = '.webp'.length;

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The key of an upload's manifest in the processed bucket: below the upload's own key, or below `_long/` if a
 * name there could pass S3's limit (docs/contract.md, "Keys").
 */
export async function manifestKey(key: string, recipe: RecipeInfo): Promise<string> {
  const longestName = Math.max(
    MANIFEST.length,
    ...recipe.variants.map((variant) => variant.length + LONGEST_EXTENSION),
  );
  const bytes = new TextEncoder().encode(key).length;
  const hashed = bytes + 1 + longestName > MAX_KEY_BYTES || key.startsWith(LONG);
  return `${hashed ? LONG + (await sha256(key)) : key}/${MANIFEST}`;
}
