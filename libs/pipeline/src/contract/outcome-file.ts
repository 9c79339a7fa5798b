import { createHash } from 'node:crypto';
import * as z from 'zod';
import { croppedSize } from './choices.ts';
import {
  type Manifest,
  type ManifestOutput,
  placeholderSchema,
  REJECTION_CODES,
  SKIPPED_CODES,
} from './manifest.ts';

const variantSchema = z.object({
  name: z.string(),
  file: z.string().describe('Name of the file, in the folder of the outcome file'),
  contentType: z.string(),
  width: z.number().describe('Pixels'),
  height: z.number().describe('Pixels'),
  bytes: z.number(),
  pages: z.number().optional().describe('Pages of a document'),
  sameAs: z
    .string()
    .optional()
    .describe('Name of an earlier variant whose file has the same bytes'),
  eTag: z.string().describe('Without quotes. `FILE?v=ETAG` is a URL that never shows older bytes'),
});

const uploadSchema = z.object({
  eTag: z.string().describe('ETag of the upload, without quotes'),
  versionId: z.string().nullable(),
});
const head = { version: z.literal(1), upload: uploadSchema };

/**
 * The public part of a manifest, `K/outcome.json` (contract, "Outcome file"). It has no bucket, key, camera, time, or
 * message, and only variants that CloudFront delivers. The order of members here is that of the file.
 */
export const outcomeFileSchema = z.discriminatedUnion('status', [
  z.object({
    ...head,
    status: z.literal('done'),
    width: z.number().optional().describe('Displayed width of the upload after its crop, pixels'),
    height: z.number().optional().describe('Displayed height of the upload after its crop, pixels'),
    alt: z.string().optional().describe('Alternative text that the upload came with'),
    variants: z.array(variantSchema),
    skipped: z
      .array(z.object({ name: z.string(), code: z.enum(SKIPPED_CODES) }))
      .min(1)
      .optional()
      .describe('Variants that cannot be made of this upload'),
    placeholder: placeholderSchema.optional(),
  }),
  z.object({
    ...head,
    status: z.literal('rejected'),
    code: z.enum(REJECTION_CODES),
    retryable: z.boolean().describe('The same upload may succeed later'),
  }),
]);

export type OutcomeFile = z.output<typeof outcomeFileSchema>;

/** Makes the outcome file of a manifest. Equal manifests give equal bytes. */
export type MakeOutcome = (manifest: Manifest) => Uint8Array;

/** @param isPublic whether CloudFront delivers the variant with this name */
export function outcomeMaker(isPublic: (variant: string) => boolean): MakeOutcome {
  return (manifest) => {
    const file = outcomeFileSchema.parse(outcomeOf(manifest, isPublic));
    return new TextEncoder().encode(JSON.stringify(file, null, 2) + '\n');
  };
}

function outcomeOf(manifest: Manifest, isPublic: (variant: string) => boolean): OutcomeFile {
  const { eTag, versionId, width, height, choices } = manifest.source;
  const common = { version: 1, upload: { eTag, versionId } } as const;
  if (manifest.status === 'rejected') {
    const { code, retryable } = manifest.error;
    return { ...common, status: 'rejected', code, retryable };
  }
  const skipped = manifest.skipped?.filter(({ variant }) => isPublic(variant)) ?? [];
  return {
    ...common,
    status: 'done',
    ...(width !== undefined && height !== undefined && croppedSize({ width, height }, choices)),
    alt: choices?.alt,
    variants: variantsOf(manifest.outputs.filter(({ variant }) => isPublic(variant))),
    skipped:
      skipped.length > 0
        ? skipped.map(({ variant, code }) => ({ name: variant, code }))
        : undefined,
    placeholder: manifest.placeholder,
  };
}

/** @param outputs that are public, which the first of several equal files may not be */
function variantsOf(outputs: readonly ManifestOutput[]): z.output<typeof variantSchema>[] {
  const firsts = new Map<string, string>();
  return outputs.map((output) => {
    const { variant, key, contentType, width, height, bytes, pages, eTag } = output;
    const group = output.sameAs ?? variant;
    const first = firsts.get(group);
    if (first === undefined) firsts.set(group, variant);
    return {
      name: variant,
      file: key.slice(key.lastIndexOf('/') + 1),
      contentType,
      width,
      height,
      bytes,
      pages,
      sameAs: first,
      eTag,
    };
  });
}

/** Whether a manifest names the outcome file that it should have: this one, or none. */
export function hasRightOutcome(manifest: Manifest, make: MakeOutcome | undefined): boolean {
  return manifest.outcome?.sha256 === (make && sha256Of(make(manifest)));
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
