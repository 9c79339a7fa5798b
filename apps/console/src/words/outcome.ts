import type { Manifest, Output, Rendering } from '../api/client.ts';
import {
  count,
  formatBytes,
  formatName,
  formatPixels,
  formatRatio,
  formatResolution,
  formatTakenAt,
  formatValue,
} from './format.ts';

/** The facts of an upload: `JPEG`, `4032 × 3024`, … */
export function describeSource({ source }: Pick<Manifest, 'source'>): string[] {
  const { format, width, height, pages = 1, bytes, takenAt, camera, facts: measured } = source;
  const isAnimation = format === 'gif' || format === 'webp' || format === 'avif';
  const taken = takenAt === undefined ? undefined : formatTakenAt(takenAt);
  const facts = [
    format === undefined ? undefined : formatName(format),
    width === undefined || height === undefined ? undefined : formatPixels(width, height),
    pages > 1 ? count(pages, isAnimation ? 'frame' : 'page') : undefined,
    formatBytes(bytes),
    taken === undefined ? undefined : `taken ${taken}`,
    camera,
    measured?.resolution && formatResolution(measured.resolution),
  ];
  return facts.filter((fact): fact is string => fact !== undefined && fact !== '');
}

/** As photographers write it: `Acme 35mm f/2`, `1/125 s`, `f/2.8`, `ISO 400`, `35 mm (52 mm on 35 mm film)`. */
export function describeShot(shot: NonNullable<Rendering['shot']>): string[] {
  const { lens, exposureSeconds: time, aperture, iso, focalLength, focalLength35 } = shot;
  const round = (value: number) => Math.round(value * 10) / 10;
  const like35 = focalLength35 === undefined ? '' : ` (${round(focalLength35)} mm on 35 mm film)`;
  return [
    lens,
    time && (time < 0.3 ? `1/${Math.round(1 / time)} s` : `${round(time)} s`),
    aperture && `f/${round(aperture)}`,
    iso && `ISO ${iso}`,
    focalLength && `${round(focalLength)} mm${like35}`,
  ].filter((fact): fact is string => Boolean(fact));
}

type Channel = NonNullable<NonNullable<Manifest['source']['facts']>['channels']>[number];

/** What the recipe asks about a channel: `minimum 8, maximum 216, mean 69.4, median 57`. */
export function describeChannel({ minimum, maximum, mean, percentiles }: Channel): string {
  const found = Object.entries({ minimum, maximum, mean, median: percentiles?.['50'] });
  return found
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${formatValue(value)}`]))
    .join(', ');
}

type Sized = Pick<Output, 'bytes'>;

/** `7 variants, 312 kB together, 13 % of the original` */
export function summarise(outputs: readonly Sized[], sourceBytes: number): string {
  const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
  const ratio = formatRatio(bytes, sourceBytes);
  const together = `${count(outputs.length, 'variant')}, ${formatBytes(bytes)} together`;
  return ratio === undefined ? together : `${together}, ${ratio} of the original`;
}

/** Formats from the one that browsers try first. `img` has the last one. */
const ORDER = ['avif', 'webp', 'jpeg', 'png', 'gif'];

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;' };
const attribute = (text: string) => text.replace(/[&"<]/g, (char) => escapes[char] ?? char);

/** Without those of later pages or frames, if others exist. */
function firstPages({ pages = 1 }: Manifest['source'], outputs: readonly Output[]) {
  const first = outputs.filter(({ variant }) => !/-[pf](?!1$)\d+$/.test(variant));
  return pages === 1 ? outputs : first.length > 0 ? first : outputs.slice(0, 1);
}

/**
 * The `<picture>` element of the variants that have the shape of the source: one source per format, and the last format
 * as `img`. Cropped variants, such as thumbnails, are left out if others exist. So are later pages and frames, and variants
 * as wide as an earlier one of the format, because all pictures of a `srcset` must show the same.
 *
 * @param urlOf address of an output
 * @returns undefined without variants that browsers show
 */
export function pictureMarkup(
  { source, outputs }: Pick<Manifest, 'source' | 'outputs'>,
  urlOf: (output: Output) => string,
): string | undefined {
  const shown = firstPages(source, outputs).filter(({ format }) => ORDER.includes(format));
  const shape = (source.width ?? 1) / (source.height ?? 1);
  const same = shown.filter(({ width, height }) => Math.abs(width / height / shape - 1) < 0.02);
  const used = same.length > 0 ? same : shown;
  const byFormat = ORDER.map((format) =>
    used
      .filter((output) => output.format === format)
      .toSorted((a, b) => a.width - b.width)
      .filter(({ width }, at, all) => width !== all[at - 1]?.width),
  ).filter((some) => some.length > 0);
  const last = byFormat.at(-1);
  const largest = last?.at(-1);
  if (!last || !largest) return undefined;
  const srcset = (some: readonly Output[]) =>
    some.map((output) => `${attribute(urlOf(output))} ${output.width}w`).join(', ');
  const sources = byFormat
    .slice(0, -1)
    .map(
      (some) => `  <source type="${some[0]?.contentType}" srcset="${srcset(some)}" sizes="100vw">`,
    );
  return [
    '<picture>',
    ...sources,
    `  <img src="${attribute(urlOf(largest))}" srcset="${srcset(last)}" sizes="100vw" width="${largest.width}" height="${largest.height}" alt="">`,
    '</picture>',
  ].join('\n');
}
