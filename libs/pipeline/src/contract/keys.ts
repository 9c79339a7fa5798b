import { createHash } from 'node:crypto';
import { OUTPUT_FILES, type OutputFormat } from '@darkroom/transforms';
import { longestName, type NamedParts } from '../recipe/part-range.ts';

/** S3's limit for a key, bytes of UTF-8 (S3 user guide, "Naming Amazon S3 objects"). */
export const MAX_KEY_BYTES = 1024;

const MANIFEST = 'manifest.json';
/** The public part of the manifest. Its name is shorter, and it has room wherever the manifest has. */
export const OUTCOME_FILE = 'outcome.json';
/** Prefix of the outputs of uploads with long keys. */
export const LONG_PREFIX = '_long/';
const LONGEST_EXTENSION = Math.max(
  ...Object.values(OUTPUT_FILES).map(({ extension }) => extension.length),
);

/** All of a recipe that keys depend on. */
export interface NamedVariants {
  readonly variants: readonly NamedParts[];
}

/** Keys of the outputs of one upload in the processed bucket. */
export interface OutputKeys {
  /** `K/`; every output is directly below it. */
  readonly prefix: string;
  readonly manifest: string;
  readonly outcome: string;
  output(variant: string, format: OutputFormat): string;
}

/** Whether an output below `K/` could pass the limit, whatever format it is written in. */
function leavesNoRoom(key: string, recipe: NamedVariants): boolean {
  const longest = Math.max(
    MANIFEST.length,
    ...recipe.variants.map((variant) => longestName(variant).length + 1 + LONGEST_EXTENSION),
  );
  return Buffer.byteLength(key) + 1 + longest > MAX_KEY_BYTES;
}

/**
 * `K/`, or `_long/` and the SHA-256 of `K` in hex if a key below `K/` could exceed S3's limit. An upload below `_long/`
 * is hashed too. Otherwise an uploader could choose a key whose outputs collide with those of a long key.
 */
export function outputKeys(key: string, recipe: NamedVariants): OutputKeys {
  const base =
    leavesNoRoom(key, recipe) || key.startsWith(LONG_PREFIX)
      ? LONG_PREFIX + createHash('sha256').update(key).digest('hex')
      : key;
  const prefix = `${base}/`;
  return {
    prefix,
    manifest: prefix + MANIFEST,
    outcome: prefix + OUTCOME_FILE,
    output: (variant, format) => `${prefix}${variant}.${OUTPUT_FILES[format].extension}`,
  };
}
