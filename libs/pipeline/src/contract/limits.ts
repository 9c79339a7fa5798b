import {
  decodeCost,
  openingSeconds,
  type DecodeCost,
  type SourceFacts,
  type SourceFormat,
  type Structure,
} from '@darkroom/transforms';
import * as z from 'zod';
import { PipelineError } from './codes.ts';

/**
 * What an upload may cost. Everything is checked before decoding, from the object's size, the structure of the file and
 * the image's header.
 */
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
      .describe('Largest image, pixels: width × height × decoded pages'),
    side: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(65_535)
      .describe('Longest side, pixels (JPEG cannot say more)'),
    pages: z
      .int()
      .min(1)
      .max(10_000)
      .default(500)
      .describe('Most frames or pages that are decoded; others do not count'),
    cpuSeconds: z
      .number()
      .positive()
      .max(900)
      .default(20)
      .describe(
        'Most CPU seconds to decode an upload, estimated from the structure of its file; one second of a function with 1,769 MiB',
      ),
    memory: z
      .int()
      .min(64)
      .max(10_240)
      .default(2048)
      .describe('Most memory to decode an upload, MiB, estimated from the structure of its file'),
  })
  .describe('What an upload may cost; more is rejected as `TOO_LARGE` before decoding');

export type Limits = z.output<typeof limitsSchema>;

const number = new Intl.NumberFormat('en');

function exceeds(
  what: string,
  actual: number,
  limit: number,
  option?: keyof Limits,
): PipelineError | undefined {
  if (actual <= limit) return undefined;
  const estimate = option ? 'about ' : '';
  const where = option ? ` (limits.${option})` : '';
  return new PipelineError(
    'TOO_LARGE',
    `${what}: ${estimate}${number.format(actual)}, the limit is ${number.format(limit)}${where}`,
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

/**
 * Drawings, such as pages of a PDF, have no pixels of their own: {@link checkPages} checks the size that a recipe draws.
 *
 * @param pages frames or pages that are decoded; default: all
 * @returns the `TOO_LARGE` to reject with, or nothing
 */
export function checkFacts(
  facts: SourceFacts,
  limits: Limits,
  pages = facts.pages,
): PipelineError | undefined {
  const { width, height, structure } = facts;
  const isDrawing = structure?.format === 'decoded' && structure.scales === true;
  return checkPages(
    isDrawing
      ? { pages, pixels: 0, side: 0 }
      : { pages, pixels: width * height * pages, side: Math.max(width, height) },
    limits,
  );
}

/**
 * @param pages all pages of a document that are decoded, their pixels, and their longest side
 * @returns the `TOO_LARGE` to reject with, or nothing
 */
export function checkPages(
  {
    pages,
    pixels,
    side,
  }: { readonly pages: number; readonly pixels: number; readonly side: number },
  limits: Limits,
): PipelineError | undefined {
  return (
    exceeds('longest side in pixels', side, limits.side) ??
    exceeds('pages', pages, limits.pages) ??
    exceeds('pixels in all pages', pixels, limits.pixels)
  );
}

/** @returns the `TOO_LARGE` to reject with, or nothing */
export function checkDecoding(
  { cpuSeconds, memory }: DecodeCost,
  limits: Limits,
): PipelineError | undefined {
  return (
    exceeds('CPU seconds to decode', Math.ceil(cpuSeconds), limits.cpuSeconds, 'cpuSeconds') ??
    exceeds('memory to decode in MiB', Math.ceil(memory), limits.memory, 'memory')
  );
}

/** The largest reduction that a JPEG decoder can make. */
const MAX_SHRINK = 8;

/** What every recipe costs at least: reading the header, and decoding the first page at the smallest size. */
export function leastDecoding(structure: Structure): DecodeCost {
  const { cpuSeconds, memory } = decodeCost(structure, { animated: false, shrink: MAX_SHRINK });
  return { cpuSeconds: openingSeconds(structure) + cpuSeconds, memory };
}
