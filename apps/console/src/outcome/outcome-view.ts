import { objectUrl } from '../s3/object-url.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import {
  count,
  formatBytes,
  formatName,
  formatPixels,
  formatRatio,
  formatTakenAt,
} from './format.ts';
import type { DoneManifest, Manifest } from './manifest.ts';

/** A variant, ready to be shown. */
export interface PictureView {
  readonly name: string;
  readonly url: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly pixels: string;
  readonly bytes: string;
  /** Of the original. */
  readonly ratio?: string;
}

/** What the pipeline found out about the upload: `JPEG`, `4032 × 3024`, … */
export function describeSource({ source }: Manifest): string[] {
  const { format, width, height, pages = 1, bytes, takenAt, camera } = source;
  const taken = takenAt === undefined ? undefined : formatTakenAt(takenAt);
  const facts = [
    format === undefined ? undefined : formatName(format),
    width === undefined || height === undefined ? undefined : formatPixels(width, height),
    pages > 1 ? count(pages, 'frame') : undefined,
    formatBytes(bytes),
    taken === undefined ? undefined : `taken ${taken}`,
    camera,
  ];
  return facts.filter((fact) => fact !== undefined && fact !== '') as string[];
}

export function describePictures(manifest: DoneManifest, stack: StackInfo): PictureView[] {
  return manifest.outputs.map(({ variant, key, format, width, height, bytes, eTag }) => {
    const ratio = formatRatio(bytes, manifest.source.bytes);
    return {
      name: variant,
      // The version in the address: a picture that an overwrite replaced must not come from the browser's cache.
      url: `${objectUrl(stack.endpoint, stack.processedBucket, key)}?v=${encodeURIComponent(eTag)}`,
      width,
      height,
      format: formatName(format),
      pixels: formatPixels(width, height),
      bytes: formatBytes(bytes),
      ...(ratio !== undefined && { ratio }),
    };
  });
}

/** `7 variants, 312 kB together, 13 % of the original` */
export function summarise({ outputs, source }: DoneManifest): string {
  const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
  const ratio = formatRatio(bytes, source.bytes);
  const together = `${count(outputs.length, 'variant')}, ${formatBytes(bytes)} together`;
  return ratio === undefined ? together : `${together}, ${ratio} of the original`;
}
