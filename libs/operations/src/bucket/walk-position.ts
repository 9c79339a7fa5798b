import * as z from 'zod';
import { OperationError } from '../errors.ts';
import type { Comparison } from './comparison.ts';

const key = z.string().max(1024);
const listedObject = z.strictObject({ key, eTag: z.string(), bytes: z.number() });
const outputFolder = z.strictObject({
  path: key,
  count: z.int(),
  objects: z.array(z.tuple([key, z.string()])),
});

export const walkPositionSchema = z.strictObject({
  version: z.literal(1),
  sourceBucket: z.string(),
  processedBucket: z.string(),
  prefix: key,
  /** Sources first, each beside its outputs; then the outputs of long keys, for those whose source is gone. */
  part: z.enum(['keys', 'long-keys']),
  sources: z.strictObject({ after: key, open: z.array(listedObject) }),
  outputs: z.strictObject({ after: key, open: z.array(outputFolder) }),
  /** Key of the entry that was done with last, where that is in the middle of a page. */
  done: key.optional(),
});

/**
 * Where a walk over the two buckets goes on. JSON, some hundred bytes, for a file. Nothing in it is secret, and a walk
 * from a position that is days old is right too: it compares what is there by then.
 */
export type WalkPosition = z.output<typeof walkPositionSchema>;

export function startOf({ sources, outputs, prefix }: Comparison): WalkPosition {
  return {
    version: 1,
    sourceBucket: sources.bucket,
    processedBucket: outputs.bucket,
    prefix,
    part: 'keys',
    sources: { after: '', open: [] },
    outputs: { after: '', open: [] },
  };
}

/**
 * A position as it was read from a file.
 * @throws OperationError `INVALID_POSITION`: it is none, or of other buckets or another prefix
 */
export function checkPosition(input: unknown, comparison: Comparison): WalkPosition {
  const { success, data, error } = walkPositionSchema.safeParse(input);
  if (!success)
    throw new OperationError('INVALID_POSITION', 'This is no saved position', { cause: error });
  const start = startOf(comparison);
  for (const name of ['sourceBucket', 'processedBucket', 'prefix'] as const)
    if (data[name] !== start[name])
      throw new OperationError(
        'INVALID_POSITION',
        `The saved position is for the ${name} "${data[name]}", this run for "${start[name]}"`,
      );
  return data;
}
