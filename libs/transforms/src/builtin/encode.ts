import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { OUTPUT_FORMATS, PICTURE_FORMATS } from '../image-engine.ts';
import { avifSchema } from './encoders/avif.ts';
import { gifSchema } from './encoders/gif.ts';
import { jpegSchema } from './encoders/jpeg.ts';
import { pdfSchema } from './encoders/pdf.ts';
import { pngSchema } from './encoders/png.ts';
import { tiffSchema } from './encoders/tiff.ts';
import { webpSchema } from './encoders/webp.ts';

const pictures = [jpegSchema, pngSchema, webpSchema, avifSchema, gifSchema, tiffSchema] as const;
const formats = [...pictures, pdfSchema] as const;

const decided = z.discriminatedUnion('format', formats);
const decidedPicture = z.discriminatedUnion('format', pictures);

/** Options of one format. */
export type EncodeOptions = z.output<typeof decided>;

const FORMATS = OUTPUT_FORMATS.join(', ');
const PICTURES = PICTURE_FORMATS.join(', ');

/** Describes the problem of a candidate's options. The default message of a union only says that no member matches. */
function candidateProblem({ errors, input }: { errors?: unknown; input?: unknown }): string {
  const expected = `expected a format (${PICTURES}) or a map of encode’s options`;
  const [, found] = (errors ?? []) as readonly (readonly z.core.$ZodIssue[])[];
  const [problem] = found ?? [];
  if (!problem || typeof input !== 'object') return expected;
  return `${problem.path.join('.') || 'options'}: ${problem.message}`;
}

/** A candidate of `smallest`. */
const candidate = z
  .union([z.enum(PICTURE_FORMATS), decidedPicture], {
    error: candidateProblem,
  })
  .meta({
    id: 'candidate',
    description: `A format (${PICTURE_FORMATS.map((format) => `\`${format}\``).join(', ')}), or a map of its options (\`{ format: webp, quality: 70 }\`).`,
  });

const smallest = z
  .strictObject({
    format: z.literal('smallest'),
    of: z
      .array(candidate)
      .min(2)
      .max(6)
      .describe(
        'Candidate formats. All are encoded: the cost is the sum of all. Skips JPEG for pictures with transparency, formats without animation for kept animations, and formats that exceed `maxBytes` or the format’s maximum size, as long as one candidate remains.',
      ),
  })
  .meta({
    description:
      'The smallest file of a list. Use `quality: { ssim: … }` for comparable quality: the same number means a different quality in each format. The extension of the output depends on its format, which the manifest contains.',
  });

const source = z.strictObject({ format: z.literal('source') }).meta({
  description: 'The upload’s format with its defaults; SVG and the formats of decoders become PNG.',
});

/** Common formats without an encoder in the npm package of sharp (`sharp.format`, 0.35.5). */
const MISSING: Readonly<Record<string, string>> = {
  jxl: 'JPEG XL',
  jp2: 'JPEG 2000',
  heif: 'HEIC',
  heic: 'HEIC',
};

function formatProblem({ input }: { input?: unknown }): string | undefined {
  const { format } = (input ?? {}) as { format?: unknown };
  const missing = typeof format === 'string' ? MISSING[format] : undefined;
  return missing && `the installed sharp has no encoder for ${missing}; supported: ${FORMATS}`;
}

const all = [...formats, source, smallest] as const;

const options = z.discriminatedUnion('format', all, { error: formatProblem }).meta({
  description:
    'Format and encoder options of a variant’s file. Default: the upload’s format. Option names are those of sharp; defaults come from measurements. Each option lists its default for the recipe’s `effort`. JPEG XL is not supported: the sharp package on npm has no encoder for it.',
  examples: [
    { format: 'webp', quality: 80 },
    { format: 'jpeg', maxBytes: 100_000 },
    { format: 'avif', quality: { ssim: 0.98 } },
    { format: 'smallest', of: ['webp', { format: 'jpeg', mozjpeg: true }] },
  ],
});

export const encode = defineTransform({
  name: 'encode',
  version: 3,
  kind: 'setting',
  options,
  scalar: 'format',
});

type GivenEncoding = z.output<typeof options>;

export function parseEncoding(given: unknown): GivenEncoding {
  return given === undefined ? { format: 'source' } : options.parse(given);
}

/** A format with its defaults. */
export function defaultEncoding(format: EncodeOptions['format']): EncodeOptions {
  return decided.parse({ format });
}
