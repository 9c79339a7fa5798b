import type { SourceFacts, SourceFormat } from '@darkroom/transforms';
import * as z from 'zod';
import { PipelineError } from './codes.ts';

/** What an upload may cost. Everything is checked from the object's size and the image's header, before decoding. */
export const limitsSchema = z
  .strictObject({
    bytes: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .default(100 * 1024 * 1024)
      .describe('Largest upload, bytes'),
    pixels: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(100_000_000)
      .describe('Largest image, pixels: width × height × pages'),
    side: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(65_535)
      .describe('Longest side, pixels (JPEG cannot say more)'),
    pages: z.int().min(1).max(10_000).default(500).describe('Most frames or pages'),
  })
  .describe('What an upload may cost; more is rejected as `TOO_LARGE` before decoding');

export type Limits = z.output<typeof limitsSchema>;

const number = new Intl.NumberFormat('en');

function exceeds(what: string, actual: number, limit: number): PipelineError | undefined {
  if (actual <= limit) return undefined;
  return new PipelineError(
    'TOO_LARGE',
    `${what}: ${number.format(actual)}, the limit is ${number.format(limit)}`,
  );
}

/** @returns the `UNSUPPORTED_FORMAT` to reject with, or nothing */
export function checkFormat(
  { format }: SourceFacts,
  { name, formats }: { readonly name: string; readonly formats: readonly SourceFormat[] },
): PipelineError | undefined {
  if (formats.includes(format)) return undefined;
  return new PipelineError(
    'UNSUPPORTED_FORMAT',
    `The bytes are ${format}; recipe "${name}" takes ${formats.join(', ')}`,
  );
}

/** @returns the `TOO_LARGE` to reject with, or nothing */
export function checkBytes(bytes: number, limits: Limits): PipelineError | undefined {
  return exceeds('bytes', bytes, limits.bytes);
}

/** @returns the `TOO_LARGE` to reject with, or nothing */
export function checkFacts(facts: SourceFacts, limits: Limits): PipelineError | undefined {
  return (
    exceeds('longest side in pixels', Math.max(facts.width, facts.height), limits.side) ??
    exceeds('pages', facts.pages, limits.pages) ??
    exceeds('pixels in all pages', facts.width * facts.height * facts.pages, limits.pixels)
  );
}
