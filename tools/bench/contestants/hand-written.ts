import sharp, { type Sharp } from 'sharp';
import { BALANCED, type EncoderSettings, type Job, type Output } from '../jobs.ts';

/** A file that was made. */
export interface Made {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A way to do a job in this process, from the bytes of a file. */
export type DoJob = (source: Uint8Array) => Promise<readonly Made[]>;

function encode(image: Sharp, { format }: Output, settings: EncoderSettings): Promise<Buffer> {
  return image[format](settings[format]).toBuffer();
}

/** One sharp pipeline for each output, one after the other: what most handlers do. */
export function pipelinePerOutput(job: Job, settings: EncoderSettings): DoJob {
  return async (source) => {
    const made: Made[] = [];
    for (let page = 1; page <= (job.pages ?? 1); page++)
      for (const output of job.outputs) {
        const { width, height, fit = 'inside' } = output;
        const options = { page: page - 1, ...(job.animated && { animated: true }) };
        const image = sharp(source, options)
          .autoOrient()
          .resize({ width, ...(height && { height }), fit, withoutEnlargement: true });
        made.push({ name: `${output.name}-${page}`, bytes: await encode(image, output, settings) });
      }
    return made;
  };
}

interface Raw {
  readonly data: Buffer;
  readonly info: {
    readonly width: number;
    readonly height: number;
    readonly channels: 1 | 2 | 3 | 4;
  };
}

const open = ({ data, info: { width, height, channels } }: Raw) =>
  sharp(data, { raw: { width, height, channels } });

/**
 * The least work that sharp can do the web variants with: one decode at the largest width, each other width directly from
 * its pixels, both files of a width from the same pixels, no conversion from sRGB to sRGB.
 */
export function decodeOnce({ outputs }: Pick<Job, 'outputs'>): DoJob {
  const widths = [...new Set(outputs.map(({ width }) => width))];
  return async (source) => {
    const { autoOrient: upright } = await sharp(source).metadata();
    const sizeOf = (width: number) => ({
      width,
      height: Math.round((width * upright.height) / upright.width),
      fit: 'fill' as const,
    });
    const pixels: Raw = await sharp(source, { ignoreIcc: true })
      .autoOrient()
      .resize(sizeOf(Math.min(Math.max(...widths), upright.width)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const made: Made[] = [];
    for (const width of widths) {
      const scaled: Raw =
        width >= pixels.info.width
          ? pixels
          : await open(pixels).resize(sizeOf(width)).raw().toBuffer({ resolveWithObject: true });
      for (const output of outputs)
        if (output.width === width)
          made.push({
            name: `${output.name}-1`,
            bytes: await encode(open(scaled), output, BALANCED),
          });
    }
    return made;
  };
}
