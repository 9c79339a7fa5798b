import path from 'node:path';
import { type Job, type Output, QUALITY } from '../jobs.ts';

/** A program of the system that can do jobs, if it is installed. */
export interface Program {
  readonly name: 'ImageMagick' | 'GraphicsMagick' | 'vipsthumbnail';
  /** Commands to look for; the first that answers is used. */
  readonly commands: readonly string[];
  readonly versionOption: string;
  readonly version: RegExp;
  /**
   * The job as command lines.
   * @throws Error if the program cannot do the job
   */
  argsOf(job: Job, source: string, folder: string): readonly (readonly string[])[];
}

const EXTENSION = { jpeg: 'jpg', webp: 'webp', png: 'png', avif: 'avif' } as const;

function fileOf(folder: string, { name, format }: Output, page = 0): string {
  return path.join(folder, `${name}-${page}.${EXTENSION[format]}`);
}

const hasQuality = ({ format }: Output) => format === 'jpeg' || format === 'webp';

/** `200x200^` and a crop, or at most a size. */
function magickSize({ width, height, fit }: Output): readonly string[] {
  if (height === undefined) return ['-resize', `${width}x>`];
  const size = `${width}x${height}`;
  return fit === 'cover'
    ? ['-resize', `${size}^`, '-gravity', 'center', '-extent', size]
    : ['-resize', `${size}>`];
}

const pagesOf = ({ pages = 1 }: Job) => Array.from({ length: pages }, (_, page) => page);

/** One decode, all outputs from it, equal settings if it has them; it does not have quantisation table 3. */
const imagemagick: Program = {
  name: 'ImageMagick',
  // `convert` may be another program.
  commands: ['magick', 'convert-im6.q16', 'convert'],
  versionOption: '-version',
  version: /Version: ImageMagick (\d[\w.-]*)/,
  argsOf: (job, source, folder) =>
    pagesOf(job).map((page) => [
      job.animated ? source : `${source}[${page}]`,
      ...(job.animated ? ['-coalesce'] : ['-auto-orient', '-strip']),
      ...['-sampling-factor', '4:2:0', '-interlace', 'JPEG', '-define', 'webp:method=4'],
      ...job.outputs.flatMap((output) => [
        ...['(', job.animated ? '-clone' : '+clone', ...(job.animated ? ['0--1'] : [])],
        ...magickSize(output),
        ...(hasQuality(output) ? ['-quality', String(QUALITY)] : []),
        ...['-write', fileOf(folder, output, page), '+delete', ')'],
      ]),
      'null:',
    ]),
};

/** It writes one output of a command. */
const graphicsmagick: Program = {
  name: 'GraphicsMagick',
  commands: ['gm'],
  versionOption: '-version',
  version: /GraphicsMagick (\d[\w.-]*)/,
  argsOf(job, source, folder) {
    if (job.animated) throw new Error('it does not write animated WebP files');
    if (job.outputs.some(({ format }) => format === 'avif'))
      throw new Error('it does not write AVIF files');
    return pagesOf(job).flatMap((page) =>
      job.outputs.map((output) => [
        ...['convert', `${source}[${page}]`, '-auto-orient', '+profile', '*'],
        ...magickSize(output),
        ...['-sampling-factor', '4:2:0', '-interlace', 'Line', '-define', 'webp:method=4'],
        ...(hasQuality(output) ? ['-quality', String(QUALITY)] : []),
        fileOf(folder, output, page),
      ]),
    );
  },
};

const VIPS_SETTINGS = {
  jpeg: `Q=${QUALITY},strip,interlace,optimize_coding,quant_table=3,subsample_mode=on`,
  webp: `Q=${QUALITY},strip,effort=4`,
  avif: 'Q=60,strip,effort=1',
  png: 'strip',
} as const;

const vipsthumbnail: Program = {
  name: 'vipsthumbnail',
  commands: ['vipsthumbnail'],
  versionOption: '--vips-version',
  version: /libvips (\d[\w.-]*)/,
  argsOf: (job, source, folder) =>
    pagesOf(job).flatMap((page) =>
      job.outputs.map((output) => {
        const options = job.animated ? '[n=-1]' : job.pages === undefined ? '' : `[page=${page}]`;
        const { width, height, fit, format } = output;
        return [
          `${source}${options}`,
          ...['--size', `${width}x${height ?? ''}>`],
          ...(fit === 'cover' ? ['--smartcrop', 'centre'] : []),
          ...['--output', `${fileOf(folder, output, page)}[${VIPS_SETTINGS[format]}]`],
        ];
      }),
    ),
};

export const PROGRAMS: readonly Program[] = [imagemagick, graphicsmagick, vipsthumbnail];
