import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const EXTENSIONS = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
  tiff: 'tiff',
  pdf: 'pdf',
} as const;
type Format = keyof typeof EXTENSIONS;

/** What URLs depend on: a recipe of a stack file, in TypeScript `as const`. */
export interface RecipeOfUrls {
  readonly variants: readonly VariantOfUrls[];
}
interface VariantOfUrls {
  readonly name: string;
  readonly steps?: readonly unknown[];
  readonly widths?: readonly number[];
  readonly encode?: readonly unknown[];
  readonly when?: unknown;
  readonly copy?: unknown;
  readonly pages?: unknown;
  readonly frames?: unknown;
}

/** `webp` of `'webp'` and of `{ format: 'webp' }`. */
type FormatOf<Options> = Options extends Format
  ? Options
  : Options extends { readonly format: infer F extends Format }
    ? F
    : never;
/** Whether a variant is made of every upload, and its URL is known: unconditional, one file, of a format that the recipe names. */
type Made<V> = V extends
  | { readonly when: unknown }
  | { readonly copy: unknown }
  | { readonly pages: unknown }
  | { readonly frames: unknown }
  ? never
  : V;
type StepFormat<V> = V extends { readonly steps: readonly (infer Step)[] }
  ? Step extends { readonly encode: infer Options }
    ? FormatOf<Options>
    : never
  : never;
type Replace<Name extends string, W extends number> = Name extends `${infer A}{width}${infer B}`
  ? `${A}${W}${Replace<B, W>}`
  : Name;
type Sized<Name extends string, W> = [W] extends [readonly (infer N extends number)[]]
  ? N extends number
    ? Name extends `${string}{width}${string}`
      ? Replace<Name, N>
      : `${Name}-${N}`
    : never
  : Name;
type WidthsOf<V> = V extends { readonly widths: infer W } ? W : undefined;
type NamesOf<V> = V extends { readonly name: infer Name extends string }
  ? V extends { readonly encode: readonly (infer E)[] }
    ? `${Sized<Name, WidthsOf<V>>}-${FormatOf<E>}`
    : [StepFormat<V>] extends [never]
      ? never
      : Sized<Name, WidthsOf<V>>
  : never;

/** Names of the variants whose URLs are known without the outcome. */
export type KnownVariant<R extends RecipeOfUrls> = NamesOf<Made<R['variants'][number]>>;

/** S3's limit for a key, bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
const LONG_PREFIX = '_long/';
const MANIFEST = 'manifest.json';
const LONGEST_EXTENSION = 4;

/**
 * URLs of an upload's variants, without a request. Variants are missing here if they are conditional (`when`), copies,
 * of pages or frames, or written in the upload's own format: only the outcome knows whether and as what they were made.
 *
 * @param key of the upload, such as `uploads/cat.jpg`
 * @param recipe that matches the key, written `as const`
 * @param base URL in front of keys, such as `deliveryUrl` of the stack. Default: empty
 */
export function urls<const R extends RecipeOfUrls>(
  key: string,
  recipe: R,
  base = '',
): Readonly<Record<KnownVariant<R>, string>> {
  const folder = urlOf(folderOf(key, recipe), base);
  return Object.fromEntries(
    expand(recipe).flatMap(({ name, format, isKnown }) =>
      isKnown && format ? [[name, `${folder}${name}.${EXTENSIONS[format]}`]] : [],
    ),
  ) as Record<KnownVariant<R>, string>;
}

/** URL of `KEY/outcome.json`. */
export function outcomeUrl(key: string, recipe: RecipeOfUrls, base: string): string {
  return `${urlOf(folderOf(key, recipe), base)}outcome.json`;
}

/** URL of `KEY/`, with each part of the key encoded. */
function urlOf(folder: string, base: string): string {
  const path = folder.split('/').map(encodeURIComponent).join('/');
  return `${base.replace(/\/$/, '')}/${path}`;
}

/** `KEY/`, or the folder of a long key (docs/contract.md, "Long keys"). */
export function folderOf(key: string, recipe: RecipeOfUrls): string {
  const longest = Math.max(
    MANIFEST.length,
    ...expand(recipe).map(({ longest }) => longest.length + 1 + LONGEST_EXTENSION),
  );
  const bytes = utf8ToBytes(key);
  const isHashed = bytes.length + 1 + longest > MAX_KEY_BYTES || key.startsWith(LONG_PREFIX);
  return `${isHashed ? LONG_PREFIX + bytesToHex(sha256(bytes)) : key}/`;
}

/** What follows the name of a variant in that of its last page or frame (docs/contract.md, "Pages" and "Frames"). */
function lastPart(infix: '-p' | '-f', parts: unknown): string {
  if (parts === undefined || parts === 'first') return '';
  const isRange = typeof parts === 'string' && parts !== 'all';
  if (isRange) return infix + parts.slice(parts.indexOf('-') + 1);
  return `${infix}${typeof parts === 'number' ? parts : 10_000}`;
}

/** Plain variants of a recipe as it is written. */
function expand({ variants }: RecipeOfUrls) {
  return variants.flatMap(({ name, steps = [], widths, encode, when, copy, pages, frames }) => {
    const isKnown = [when, copy, pages, frames].every((member) => member === undefined);
    const last = lastPart('-p', pages) + lastPart('-f', frames);
    const formats = encode ? encode.map(formatOf) : [undefined];
    return (widths ?? [undefined]).flatMap((width) =>
      formats.map((listed) => {
        const plain = variantName(name, width, listed);
        const format = listed ?? formatOfSteps(steps);
        // A document has all its pages in one file, and so has a contact sheet.
        const isOneFile = makesSheet(steps) || (format === 'pdf' && frames === undefined);
        return { name: plain, longest: isOneFile ? plain : plain + last, format, isKnown };
      }),
    );
  });
}

function makesSheet(steps: readonly unknown[]): boolean {
  return steps.some((step) => step === 'montage' || (isRecord(step) && 'montage' in step));
}

function variantName(name: string, width: number | undefined, format: string | undefined): string {
  const sized =
    width === undefined
      ? name
      : name.includes('{width}')
        ? name.replaceAll('{width}', String(width))
        : `${name}-${width}`;
  return format === undefined ? sized : `${sized}-${format}`;
}

function formatOfSteps(steps: readonly unknown[]): Format | undefined {
  const encode = steps.find(
    (step): step is { encode: unknown } => isRecord(step) && 'encode' in step,
  );
  return encode && formatOf(encode.encode);
}

function formatOf(options: unknown): Format | undefined {
  const format = isRecord(options) ? options['format'] : options;
  return typeof format === 'string' && format in EXTENSIONS ? (format as Format) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
