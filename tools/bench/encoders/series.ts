import type { Sharp } from 'sharp';
import { SETTINGS } from '../jobs.ts';

export type Format = 'jpeg' | 'webp' | 'avif';
export const FORMATS: readonly Format[] = ['jpeg', 'webp', 'avif'];

/** Settings of an encoder, compared at several qualities. */
export interface Series {
  readonly format: Format;
  /** An effort, or a setting that differs from those of `balanced`. */
  readonly name: string;
  readonly options: object;
}

/** The default quality of a format is one of them. */
export const QUALITIES: Readonly<Record<Format, readonly number[]>> = {
  jpeg: [40, 60, 80, 92],
  webp: [40, 60, 80, 92],
  avif: [35, 50, 60, 75],
};
export const DEFAULT_QUALITY: Readonly<Record<Format, number>> = { jpeg: 80, webp: 80, avif: 60 };

const ALTERNATIVES: readonly Series[] = [
  {
    format: 'jpeg',
    name: 'table 0 of the standard',
    options: { ...SETTINGS.balanced.jpeg, quantisationTable: 0 },
  },
  {
    format: 'avif',
    name: 'effort 4 of sharp',
    options: { ...SETTINGS.balanced.avif, effort: 4 },
  },
];

export const SERIES: readonly Series[] = FORMATS.flatMap((format) => [
  ...(['balanced', 'fast', 'small'] as const).map((name) => ({
    ...{ format, name, options: SETTINGS[name][format] },
  })),
  ...ALTERNATIVES.filter((one) => one.format === format),
]);

export function encodeWith(image: Sharp, { format, options }: Series, quality: number) {
  return image[format]({ ...options, quality }).toBuffer();
}
