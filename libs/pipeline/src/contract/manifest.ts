import { createHash } from 'node:crypto';
import { OUTPUT_FORMATS } from '@darkroom/transforms';
import * as z from 'zod';
import { RECIPE_FORMATS } from '../catalog.ts';
import { choicesSchema } from './choices.ts';
import { CODES, isRejection, type Code, type RejectionCode } from './codes.ts';

/** Measured of the samples of one channel, as the file stores them. */
const channelSchema = z.object({
  channel: z.enum(['grey', 'red', 'green', 'blue']),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  mean: z.number().optional(),
  percentiles: z.record(z.string(), z.number()).optional(),
  histogram: z.object({ from: z.number(), to: z.number(), counts: z.array(z.number()) }).optional(),
});

const sourceFactsSchema = z.object({
  // Pixels per inch of the upright picture, if the file states them.
  resolution: z.object({ x: z.number(), y: z.number() }).optional(),
  channels: z.array(channelSchema).min(1).optional(),
});

const sourceSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().nullable(),
  eTag: z.string(),
  bytes: z.number(),
  // Of the object's bytes as they are stored, if they were read.
  sha256: z.string().optional(),
  // As S3 reports it, if the client stored one.
  checksumSha256: z.string().optional(),
  contentEncoding: z.string().optional(),
  // The image's own facts are missing where the bytes could not be read as one.
  format: z.enum(RECIPE_FORMATS).optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  orientation: z.number().optional(),
  pages: z.number().optional(),
  takenAt: z.string().optional(),
  camera: z.string().optional(),
  // What the recipe's `facts` asks for.
  facts: sourceFactsSchema.optional(),
  // What the upload's metadata chooses, as far as the recipe allows it.
  choices: choicesSchema.optional(),
});

export const outputSchema = z.object({
  variant: z.string(),
  key: z.string(),
  format: z.enum(OUTPUT_FORMATS),
  contentType: z.string(),
  width: z.number(),
  height: z.number(),
  bytes: z.number(),
  // Of a document; its size is that of its first page.
  pages: z.number().optional(),
  fit: z.string().optional(),
  // Name of an earlier variant of the recipe whose file has the same bytes.
  sameAs: z.string().optional(),
  // What the variant's analysing steps have found out, by their transform's name.
  facts: z.record(z.string(), z.json()).optional(),
  eTag: z.string(),
  sha256: z.string(),
});

export const SKIPPED_CODES = ['TOO_LARGE', 'NOT_APPLICABLE'] as const;

const skippedSchema = z.object({
  variant: z.string(),
  code: z.enum(SKIPPED_CODES),
  message: z.string(),
  retryable: z.boolean(),
});

/** What the recipe asks for; by default a ThumbHash and the dominant colour. */
export const placeholderSchema = z.object({
  thumbhash: z.string().optional(),
  blurhash: z.string().optional(),
  dominantColour: z.string().optional(),
});

export const REJECTION_CODES = Object.keys(CODES).filter((code): code is RejectionCode =>
  isRejection(code as Code),
);

const versionSchema = z.literal(1);
// The public outcome file, if the stack writes them.
const outcomeSchema = z.object({ key: z.string(), eTag: z.string(), sha256: z.string() });

const made = { recipe: z.string(), recipeHash: z.string(), source: sourceSchema };

export const doneManifestSchema = z.object({
  version: versionSchema,
  status: z.literal('done'),
  ...made,
  outputs: z.array(outputSchema),
  // Variants that cannot be made of this upload; left out if there are none.
  skipped: z.array(skippedSchema).min(1).optional(),
  placeholder: placeholderSchema.optional(),
  outcome: outcomeSchema.optional(),
});

export const rejectedManifestSchema = z.object({
  version: versionSchema,
  status: z.literal('rejected'),
  ...made,
  outputs: z.array(outputSchema).max(0),
  error: z.object({
    code: z.enum(REJECTION_CODES),
    message: z.string(),
    retryable: z.boolean(),
  }),
  outcome: outcomeSchema.optional(),
});

/**
 * The outcome of an upload, `K/manifest.json` (contract, "Manifest"). Readers ignore members that they do not know.
 * The order of members here is that of the file.
 */
export const manifestSchema = z.discriminatedUnion('status', [
  doneManifestSchema,
  rejectedManifestSchema,
]);

export type Manifest = z.output<typeof manifestSchema>;
export type DoneManifest = Extract<Manifest, { status: 'done' }>;
export type RejectedManifest = Extract<Manifest, { status: 'rejected' }>;
export type ManifestSource = Manifest['source'];
export type ManifestSkipped = z.output<typeof skippedSchema>;
export type ManifestOutput = z.output<typeof outputSchema>;

/** Whether the same upload and recipe may have another outcome after an operator's fix, for all variants or for some. */
export function mayBeRetried(manifest: Manifest): boolean {
  return manifest.status === 'rejected'
    ? manifest.error.retryable
    : (manifest.skipped?.some(({ retryable }) => retryable) ?? false);
}

/**
 * Writes members in the order of the schema: equal manifests have equal bytes. The last member, `manifestSha256`, is the
 * SHA-256 of the file without that member.
 */
export function formatManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(withHash(manifestSchema.parse(manifest)));
}

/**
 * Accepts manifests of versions that wrote neither `manifestSha256` nor `source.sha256`.
 * @returns undefined if Darkroom did not write exactly these bytes: the manifest must then be written again
 */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const { manifestSha256, ...content } = JSON.parse(text) as Record<string, unknown>;
    const manifest = manifestSchema.parse(content);
    if (manifestSha256 === undefined) return manifest.source.sha256 ? undefined : manifest;
    return text === withHash(content) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function withHash(content: object): string {
  const manifestSha256 = createHash('sha256').update(textOf(content)).digest('hex');
  return textOf({ ...content, manifestSha256 });
}

function textOf(content: object): string {
  return JSON.stringify(content, null, 2) + '\n';
}
