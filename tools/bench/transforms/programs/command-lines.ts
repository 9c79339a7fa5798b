import path from 'node:path';
import { OUTPUTS, QUALITY, WIDTHS } from '../job.ts';

/** A program of the system that can do the job, where it is installed. */
export interface Program {
  readonly name: string;
  /** Commands to look for, the first that answers is used, and what its `--version` has to say. */
  readonly commands: readonly string[];
  readonly versionOption: string;
  readonly version: RegExp;
  /** The job as command lines. Files are left as `NAME.jpg` and `NAME.webp`. */
  argsOf(source: string, folder: string): readonly (readonly string[])[];
}

const EXTENSION = { jpeg: 'jpg', webp: 'webp' } as const;

/** Where a program leaves an output. */
export function fileOf(folder: string, { name, format }: (typeof OUTPUTS)[number]): string {
  return path.join(folder, `${name}.${EXTENSION[format]}`);
}

/** One decode, every width from it, equal settings where it has them; it has no table 3. */
const imagemagick: Program = {
  name: 'ImageMagick',
  commands: ['magick', 'convert'],
  versionOption: '-version',
  version: /Version: ImageMagick (\d[\w.-]*)/,
  argsOf: (source, folder) => [
    [
      source,
      ...['-auto-orient', '-strip', '-quality', String(QUALITY), '-sampling-factor', '4:2:0'],
      ...['-interlace', 'JPEG', '-define', 'webp:method=4'],
      ...WIDTHS.flatMap((width) => [
        ...['(', '+clone', '-resize', `${width}x>`],
        ...OUTPUTS.filter((output) => output.width === width).flatMap((output) => [
          '-write',
          fileOf(folder, output),
        ]),
        ...['+delete', ')'],
      ]),
      'null:',
    ],
  ],
};

const VIPS_SETTINGS = {
  jpeg: `Q=${QUALITY},strip,interlace,optimize_coding,quant_table=3,subsample_mode=on`,
  webp: `Q=${QUALITY},strip,effort=4`,
} as const;

/** One command for each output: it writes no more. */
const vipsthumbnail: Program = {
  name: 'vipsthumbnail',
  commands: ['vipsthumbnail'],
  versionOption: '--vips-version',
  version: /libvips (\d[\w.-]*)/,
  argsOf: (source, folder) =>
    OUTPUTS.map((output) => [
      source,
      ...['--size', `${output.width}x>`],
      ...['--output', `${fileOf(folder, output)}[${VIPS_SETTINGS[output.format]}]`],
    ]),
};

export const PROGRAMS: readonly Program[] = [imagemagick, vipsthumbnail];
