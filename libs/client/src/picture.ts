import { thumbHashToDataURL } from 'thumbhash';
import type { DoneOutcome, OutcomeVariant } from './outcome.ts';

export interface PictureOptions {
  /** URL of the folder `KEY/`, or of the outcome file in it. */
  base: string;
  /**
   * What the picture shows, for readers of the page who do not see it; `''` for decoration. Default: the text that the
   * upload came with, or else `''`.
   */
  alt?: string | undefined;
  /** The attribute `sizes`, such as `(max-width: 600px) 100vw, 600px`. Default: `100vw`. */
  sizes?: string | undefined;
  /**
   * Names of the variants that show the same picture. Default: all variants with the shape of the upload, or else with
   * the shape of the first variant.
   */
  variants?: readonly string[] | undefined;
}

/** What a page needs to show one picture, for `<picture>` and `<img>`. */
export interface Picture {
  /** One for each format, the preferred one first. The last format is that of `img`. */
  sources: { type: string; srcSet: string; sizes: string }[];
  img: {
    src: string;
    srcSet: string;
    sizes: string;
    /** Pixels of the largest candidate: browsers keep its shape free, and the layout does not shift. */
    width: number;
    height: number;
    alt: string;
  };
  /** A data URL to show until the picture is there, if the recipe makes a ThumbHash. */
  placeholder?: string | undefined;
  /** `#rrggbb`. */
  dominantColour?: string | undefined;
}

/** Smallest files first. Every browser shows the last three. */
const PREFERENCE: readonly string[] = [
  'image/avif',
  'image/webp',
  'image/jpeg',
  'image/png',
  'image/gif',
];

/**
 * The candidates of one picture with their real widths. Each URL ends in `?v=ETAG`, so that an overwritten upload shows
 * its new pictures at once.
 *
 * @throws RangeError if no variant can be shown, or a name is not that of a variant
 */
export function picture(outcome: DoneOutcome, options: PictureOptions): Picture {
  const { alt = outcome.alt ?? '', sizes = '100vw' } = options;
  const chosen = choose(outcome, options.variants);
  const folder = options.base.replace(/\/?(?:outcome\.json)?$/, '/');
  const url = ({ file, eTag }: OutcomeVariant) =>
    `${folder}${encodeURIComponent(file)}?v=${encodeURIComponent(eTag)}`;
  const sources = PREFERENCE.flatMap((type) => {
    const ofType = distinct(chosen.filter(({ contentType }) => contentType === type));
    return ofType.length > 0 ? [{ type, candidates: ofType }] : [];
  }).map(({ type, candidates }) => ({
    type,
    sizes,
    srcSet: candidates.map((one) => `${url(one)} ${one.width}w`).join(', '),
    largest: candidates.at(-1) as OutcomeVariant,
  }));
  const last = sources.at(-1);
  if (!last) throw new RangeError('No variant is in a format that browsers show');
  const { thumbhash, dominantColour } = outcome.placeholder ?? {};
  const { width, height } = last.largest;
  return {
    sources: sources.slice(0, -1).map(({ type, srcSet }) => ({ type, srcSet, sizes })),
    img: { src: url(last.largest), srcSet: last.srcSet, sizes, width, height, alt },
    ...(thumbhash !== undefined && { placeholder: thumbHashToDataURL(bytesOf(thumbhash)) }),
    ...(dominantColour !== undefined && { dominantColour }),
  };
}

function choose(
  { width = 0, height = 0, variants }: DoneOutcome,
  names: readonly string[] | undefined,
): OutcomeVariant[] {
  if (names)
    return names.map((name) => {
      const found = variants.find((variant) => variant.name === name);
      if (found) return found;
      const all = variants.map((variant) => variant.name).join(', ');
      throw new RangeError(`The outcome has no variant "${name}"; it has: ${all || 'none'}`);
    });
  const shown = variants.filter(({ contentType }) => PREFERENCE.includes(contentType));
  const like = (shape: { width: number; height: number }) =>
    shown.filter((variant) => hasShape(variant, shape));
  const whole = like({ width, height });
  return whole.length > 0 ? whole : shown[0] ? like(shown[0]) : [];
}

/** A resize rounds each side to a pixel. */
function hasShape(
  { width, height }: OutcomeVariant,
  shape: { width: number; height: number },
): boolean {
  const wanted = (width * shape.height) / shape.width;
  return (
    Math.abs(height - wanted) <= 1 || Math.abs(width - (height * shape.width) / shape.height) <= 1
  );
}

/** By width: the first of each. Of a small upload, a responsive set has copies (`sameAs`), which have one width. */
function distinct(variants: readonly OutcomeVariant[]): OutcomeVariant[] {
  const byWidth = new Map(variants.toReversed().map((variant) => [variant.width, variant]));
  return [...byWidth.values()].sort((a, b) => a.width - b.width);
}

/**
 * The picture as HTML. The placeholder is the background of `<picture>`, without a request. `fadeIn` shows the picture
 * over it. A page with a content security policy needs `style-src 'unsafe-inline'` and `img-src data:`, or `picture`.
 */
export function pictureHtml(outcome: DoneOutcome, options: PictureOptions): string {
  const { sources, img, placeholder, dominantColour } = picture(outcome, options);
  const background = [
    'display:inline-block;max-width:100%;background-size:100% 100%',
    ...(dominantColour === undefined ? [] : [`background-color:${dominantColour}`]),
    ...(placeholder === undefined ? [] : [`background-image:url(${placeholder})`]),
  ];
  return [
    `<picture style="${escape(background.join(';'))}">`,
    ...sources.map(
      ({ type, srcSet, sizes }) =>
        `<source type="${type}" srcset="${escape(srcSet)}" sizes="${escape(sizes)}">`,
    ),
    `<img src="${escape(img.src)}" srcset="${escape(img.srcSet)}" sizes="${escape(img.sizes)}" width="${img.width}" height="${img.height}" alt="${escape(img.alt)}" style="display:block;max-width:100%;height:auto">`,
    '</picture>',
  ].join('');
}

/**
 * Hides an image until it has loaded, and then shows it gradually over its placeholder.
 * @param ms milliseconds of the transition
 */
export function fadeIn(image: HTMLImageElement, ms = 300): void {
  if (image.complete) return;
  const show = () => void (image.style.opacity = '1');
  image.style.opacity = '0';
  image.style.transition = `opacity ${ms}ms`;
  image.addEventListener('load', show, { once: true });
  image.addEventListener('error', show, { once: true });
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A loader for `next/image`: `<Image loader={nextLoader(outcome, options)} src="photo" …>`. `src` and `quality` are ignored. */
export function nextLoader(
  outcome: DoneOutcome,
  options: Omit<PictureOptions, 'alt' | 'sizes'>,
): (request: { width: number }) => string {
  const { img } = picture(outcome, { ...options, alt: '' });
  const candidates = img.srcSet.split(', ').map((candidate) => {
    const [url = '', width = ''] = candidate.split(' ');
    return { url, width: Number.parseInt(width) };
  });
  return ({ width }) =>
    (candidates.find((candidate) => candidate.width >= width) ?? candidates.at(-1))?.url ?? img.src;
}
