import { createHash } from 'node:crypto';
import { type ManifestOutput, outputSchema } from './manifest.ts';
import type z from 'zod';

/** S3's limit for user metadata, bytes of all names and values (S3 user guide, "Working with object metadata"). */
export const MAX_METADATA_BYTES = 2048;
/** Half of it: an output has more to say than where it comes from. */
const MAX_KEY_CHARACTERS = 1024;

export type ObjectMetadata = Readonly<Record<string, string>>;

/**
 * Metadata of every output and manifest: each object names its source. Values are ASCII. The key is percent-encoded, or
 * replaced by its SHA-256 if it is too long for a header.
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

/** What all outputs of one pass share. */
export interface Origin {
  /** SHA-256 of the decoded bytes of the upload that they are made of. An ETag does not identify an upload. */
  readonly sourceSha256: string;
  /** `pictureChoices` of the upload. */
  readonly choices?: string | undefined;
  /** Of each of them, and of the manifest. */
  readonly metadata: ObjectMetadata;
}

/** The members of a manifest's output that its key, its ETag and the other outputs do not contain. */
const labelSchema = outputSchema.omit({ key: true, contentType: true, eTag: true, sameAs: true });

/**
 * Metadata of one output: with it, an output that was left without a manifest can be put into one without being made
 * again. It says which upload these bytes are made of, which stays true whatever is uploaded later; where two uploads
 * make the same bytes, it may name either.
 *
 * Where it would pass S3's limit (a step that found out much), the output does not describe itself, and is made again.
 */
export function labelled(output: Omit<ManifestOutput, 'eTag'>, origin: Origin): ObjectMetadata {
  const named = namesOf(origin);
  const all = { ...named, output: headerJson(labelSchema.parse(output)) };
  const bytes = Object.entries(all).flat().join('').length;
  return bytes <= MAX_METADATA_BYTES ? all : named;
}

/**
 * @param metadata of an output that is there
 * @returns nothing where it is not made of this upload with this recipe, or does not say so
 */
export function readLabel(
  { output, ...metadata }: ObjectMetadata,
  origin: Origin,
): z.output<typeof labelSchema> | undefined {
  const wanted = namesOf(origin);
  const agrees =
    Object.entries(wanted).every(([name, value]) => metadata[name] === value) &&
    metadata[CHOICES_NAME] === wanted[CHOICES_NAME];
  if (!agrees || output === undefined) return undefined;
  try {
    return labelSchema.parse(JSON.parse(output));
  } catch {
    return undefined;
  }
}

const CHOICES_NAME = 'source-choices';

function namesOf({ sourceSha256, choices, metadata }: Origin): ObjectMetadata {
  return {
    ...metadata,
    'source-sha256': sourceSha256,
    ...(choices !== undefined && { [CHOICES_NAME]: choices }),
  };
}

/** JSON without spaces, which a header may lose, and of ASCII. */
function headerJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^\x21-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
