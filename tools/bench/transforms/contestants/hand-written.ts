import sharp, { type Sharp } from 'sharp';
import { OUTPUTS, WIDTHS, type EncoderSettings, type Output } from '../job.ts';
import type { DoJob, Made } from './contestant.ts';

function encode(image: Sharp, { format }: Output, settings: EncoderSettings): Promise<Buffer> {
  return (format === 'jpeg' ? image.jpeg(settings.jpeg) : image.webp(settings.webp)).toBuffer();
}

/** One sharp pipeline for each output, one after the other: what most handlers do. */
export function pipelinePerOutput(settings: EncoderSettings): DoJob {
  return async (source) => {
    const made: Made[] = [];
    for (const output of OUTPUTS) {
      const image = sharp(source)
        .autoOrient()
        .resize({ width: output.width, withoutEnlargement: true });
      made.push({ output, bytes: await encode(image, output, settings) });
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
 * The least work that sharp can do the job with: one decode at the largest width, each other width directly from
 * its pixels, both files of a width from the same pixels, no conversion from sRGB to sRGB.
 */
export function decodeOnce(settings: EncoderSettings): DoJob {
  return async (source) => {
    const { autoOrient: upright } = await sharp(source).metadata();
    const sizeOf = (width: number) => ({
      width,
      height: Math.round((width * upright.height) / upright.width),
      fit: 'fill' as const,
    });
    const pixels: Raw = await sharp(source, { ignoreIcc: true })
      .autoOrient()
      .resize(sizeOf(Math.min(Math.max(...WIDTHS), upright.width)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const made: Made[] = [];
    for (const width of WIDTHS) {
      const scaled: Raw =
        width >= pixels.info.width
          ? pixels
          : await open(pixels).resize(sizeOf(width)).raw().toBuffer({ resolveWithObject: true });
      for (const output of OUTPUTS) {
        if (output.width !== width) continue;
        made.push({ output, bytes: await encode(open(scaled), output, settings) });
      }
    }
    return made;
  };
}
