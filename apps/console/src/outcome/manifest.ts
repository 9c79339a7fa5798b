import type { Manifest as PipelineManifest } from '@darkroom/pipeline';
import * as z from 'zod/mini';

const base = {
  version: z.literal(1),
  recipe: z.string(),
  source: z.object({
    key: z.string(),
    eTag: z.string(),
    bytes: z.number(),
    format: z.optional(z.string()),
    width: z.optional(z.number()),
    height: z.optional(z.number()),
    pages: z.optional(z.number()),
    takenAt: z.optional(z.string()),
    camera: z.optional(z.string()),
  }),
};

const manifestSchema = z.discriminatedUnion('status', [
  z.object({
    ...base,
    status: z.literal('done'),
    outputs: z.array(
      z.object({
        variant: z.string(),
        key: z.string(),
        format: z.string(),
        width: z.number(),
        height: z.number(),
        bytes: z.number(),
        eTag: z.string(),
      }),
    ),
    skipped: z.optional(
      z.array(z.object({ variant: z.string(), code: z.string(), message: z.string() })),
    ),
    placeholder: z.optional(
      z.object({ thumbhash: z.optional(z.string()), dominantColour: z.optional(z.string()) }),
    ),
  }),
  z.object({
    ...base,
    status: z.literal('rejected'),
    error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }),
  }),
]);

/** What the console reads of an outcome (docs/contract.md, "Manifest"). */
export type Manifest = z.output<typeof manifestSchema>;
export type DoneManifest = Extract<Manifest, { status: 'done' }>;
export type RejectedManifest = Extract<Manifest, { status: 'rejected' }>;

/** Does not compile where the pipeline writes what the console cannot read. */
export const readable = (manifest: PipelineManifest): Manifest => manifest;

/** @returns undefined if the body is not a manifest */
export function parseManifest(body: unknown): Manifest | undefined {
  const result = z.safeParse(manifestSchema, body);
  return result.success ? result.data : undefined;
}
