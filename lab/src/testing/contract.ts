/** Rules of docs/contract.md, implemented independently of the code under test. */
import { createHash } from 'node:crypto';
import type { Manifest } from '@darkroom/pipeline';
import type { StackInfo } from '@darkroom/console-api';

type Recipes = StackInfo['recipes'];

/** Longest key of S3, bytes. */
export const MAX_KEY_BYTES = 1024;
export const CACHE_CONTROL = 'public, max-age=300, stale-while-revalidate=86400';

/** File extension and content type by format. */
export const FILES: Readonly<Record<string, { extension: string; contentType: string }>> = {
  jpeg: { extension: 'jpg', contentType: 'image/jpeg' },
  png: { extension: 'png', contentType: 'image/png' },
  webp: { extension: 'webp', contentType: 'image/webp' },
  avif: { extension: 'avif', contentType: 'image/avif' },
  gif: { extension: 'gif', contentType: 'image/gif' },
  tiff: { extension: 'tiff', contentType: 'image/tiff' },
};

export function recipeOf(key: string, recipes: Recipes): Recipes[number] | undefined {
  if (key.endsWith('/')) return undefined;
  return recipes.find(
    ({ match: { prefix, suffixes } }) =>
      key.startsWith(prefix) && (suffixes?.some((suffix) => key.endsWith(suffix)) ?? true),
  );
}

/** "Where a key would pass S3's limit of 1,024 bytes, `K` is replaced by `_long/` and the SHA-256 of `K` in hex." */
export function outputFolder(key: string, recipes: Recipes): string {
  const variants = recipeOf(key, recipes)?.variants ?? [];
  const longest = Math.max(
    ...['manifest.json', ...variants.map((name) => `${name}.webp`)].map((name) => name.length),
  );
  const fits = Buffer.byteLength(key) + 1 + longest <= MAX_KEY_BYTES;
  return fits ? `${key}/` : `_long/${createHash('sha256').update(key).digest('hex')}/`;
}

/**
 * User metadata of an output: its entry in the manifest, and its upload.
 * @param decodedSha256 of an upload with a Content-Encoding
 */
export function outputMetadataOf(
  { recipe, recipeHash, source }: Pick<Manifest, 'recipe' | 'recipeHash' | 'source'>,
  output: Manifest['outputs'][number],
  decodedSha256 = source.sha256 ?? '',
): Record<string, string> {
  const { variant, format, width, height, bytes, fit, facts, sha256 } = output;
  const { focus, crop } = source.choices ?? {};
  return {
    ...metadataOf(source.key, recipe, recipeHash),
    'source-sha256': decodedSha256,
    ...((focus ?? crop) && { 'source-choices': JSON.stringify({ focus, crop }) }),
    output: JSON.stringify({ variant, format, width, height, bytes, fit, facts, sha256 }),
  };
}

/** User metadata of every output and manifest. */
export function metadataOf(
  key: string,
  recipe: string,
  recipeHash: string,
): Record<string, string> {
  const encoded = encodeURIComponent(key).replaceAll('%2F', '/');
  const source: Record<string, string> =
    encoded.length <= MAX_KEY_BYTES
      ? { 'source-key': encoded }
      : { 'source-key-sha256': createHash('sha256').update(key).digest('hex') };
  return { ...source, recipe, 'recipe-hash': recipeHash };
}
