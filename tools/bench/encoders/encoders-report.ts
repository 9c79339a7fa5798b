import type { Machine } from '../report.ts';
import type { Format } from './series.ts';

/** Published measures of the difference between two pictures. SSIM is the one of `quality: { ssim }`. */
export const METRICS = ['ssimulacra2', 'butteraugli', 'dssim', 'ssim'] as const;
export type Metric = (typeof METRICS)[number];

/** One photo with one setting. */
export interface EncodedFile {
  readonly photo: string;
  readonly format: Format;
  readonly series: string;
  readonly quality: number;
  readonly bytes: number;
  /** Of the picture. */
  readonly pixels: number;
  /** Seconds, user and system, all threads. */
  readonly cpu: number;
  /** Metrics whose tool is not installed are left out. */
  readonly scores: Readonly<Partial<Record<Metric, number>>>;
}

export interface EncodersReport {
  readonly date: string;
  readonly minutes: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly files: readonly EncodedFile[];
}
