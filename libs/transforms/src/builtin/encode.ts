import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { OUTPUT_FORMATS } from '../image-engine.ts';
import { avifSchema } from './encoders/avif.ts';
import { gifSchema } from './encoders/gif.ts';
import { jpegSchema } from './encoders/jpeg.ts';
import { pngSchema } from './encoders/png.ts';
import { tiffSchema } from './encoders/tiff.ts';
import { webpSchema } from './encoders/webp.ts';

const formats = [jpegSchema, pngSchema, webpSchema, avifSchema, gifSchema, tiffSchema] as const;

const decided = z.discriminatedUnion('format', formats);

/** Options of a format that is decided. */
export type EncodeOptions = z.output<typeof decided>;

const FORMATS = OUTPUT_FORMATS.join(', ');

/** What is wrong with the options of a candidate; a union alone would say that none of its members fits. */
function candidateProblem({ errors, input }: { errors?: unknown; input?: unknown }): string {
  const expected = `expected a format (${FORMATS}) or a map of encode’s options`;
  const [, found] = (errors ?? []) as readonly (readonly z.core.$ZodIssue[])[];
  const [problem] = found ?? [];
  if (!problem || typeof input !== 'object') return expected;
  return `${problem.path.join('.') || 'options'}: ${problem.message}`;
}

/** One of the files that `smallest` chooses from. */
const candidate = z
  .union([z.enum(OUTPUT_FORMATS), decided], {
    error: candidateProblem,
  })
  .meta({
    id: 'candidate',
    description: `A format (${OUTPUT_FORMATS.map((format) => `\`${format}\``).join(', ')}), or all of its options (\`{ format: webp, quality: 70 }\`).`,
  });

const smallest = z
  .strictObject({
    format: z.literal('smallest'),
    of: z
      .array(candidate)
      .min(2)
      .max(6)
      .describe(
        'What the file may be, each encoded as if it stood alone, so that this costs as much as all of them. A picture with transparency is no JPEG, an animation that the variant keeps is a GIF or WebP, and what a `maxBytes` or a format’s greatest size rules out is left aside, as long as another one remains.',
      ),
  })
  .meta({
    description:
      'The smallest file of a list. Say how good each has to look by `quality: { ssim: … }`: the same number is not the same quality in two formats. The name of the output ends as its format does, which the manifest tells.',
  });

const source = z
  .strictObject({ format: z.literal('source') })
  .meta({ description: 'The upload’s own format, with its defaults; an SVG becomes a PNG.' });

/** Formats that people ask for and that no sharp of npm has an encoder for (`sharp.format`, 0.35.5). */
const MISSING: Readonly<Record<string, string>> = {
  jxl: 'JPEG XL',
  jp2: 'JPEG 2000',
  heif: 'HEIC',
  heic: 'HEIC',
};

function formatProblem({ input }: { input?: unknown }): string | undefined {
  const { format } = (input ?? {}) as { format?: unknown };
  const missing = typeof format === 'string' ? MISSING[format] : undefined;
  return missing && `the sharp that is installed has no encoder for ${missing}; it has ${FORMATS}`;
}

const all = [...formats, source, smallest] as const;

const options = z.discriminatedUnion('format', all, { error: formatProblem }).meta({
  description:
    'The format of a variant’s file and how hard its encoder works. Without it, the file has the upload’s format. Names are sharp’s, defaults are what was measured to pay; how they change with the recipe’s `effort` stands with each. JPEG XL cannot be written: the sharp that is installed, and any that npm installs, has no encoder for it.',
  examples: [
    { format: 'webp', quality: 80 },
    { format: 'jpeg', maxBytes: 100_000 },
    { format: 'avif', quality: { ssim: 0.98 } },
    { format: 'smallest', of: ['webp', { format: 'jpeg', mozjpeg: true }] },
  ],
});

export const encode = defineTransform({
  name: 'encode',
  version: 2,
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
