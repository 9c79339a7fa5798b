import { makesSheet } from '@darkroom/transforms';
import * as z from 'zod';
import { isNameOf, longestName, type NamedParts, partRange, partsOf } from './part-range.ts';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const NAME_IN_WORDS = 'a name is 1 to 64 lower-case letters, digits and inner hyphens';
/** Placeholder for the width in the name of a variant with `widths`. */
const WIDTH = '{width}';

/** Lower-case letters, digits and inner hyphens: safe in an object key, a URL and a file name. */
export const nameSchema = z.string().regex(NAME, NAME_IN_WORDS);

/** A name that may say where each width goes; the names that come of it are checked when they are known. */
export const variantNameSchema = z
  // Unquoted, YAML reads `{width}` as a map.
  .string({
    error: ({ input }) =>
      isWidthMap(input) ? `expected text: put '${WIDTH}' in quotes` : undefined,
  })
  .regex(/^(?!-)(?:[a-z0-9-]|\{width\}){1,64}(?<!-)$/, NAME_IN_WORDS);

function isWidthMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'width' in value;
}

/** What the names of a variant's pictures are made of; of a recipe that is wrong in places, anything. */
export interface Named {
  readonly name?: unknown;
  readonly widths?: unknown;
  readonly encode?: unknown;
  readonly pages?: unknown;
  readonly frames?: unknown;
  readonly steps?: unknown;
}

/** `web-320-webp`, or `w320-webp` of `w{width}`. */
export function variantName(name: string, width?: number, format?: string): string {
  const sized =
    width === undefined
      ? name
      : name.includes(WIDTH)
        ? name.replaceAll(WIDTH, String(width))
        : `${name}-${width}`;
  return format === undefined ? sized : `${sized}-${format}`;
}

/** Those that could be parsed. */
function parsedSteps(steps: unknown): readonly { readonly transform: string }[] {
  const all: readonly unknown[] = Array.isArray(steps) ? steps : [];
  return all.filter(
    (step): step is { transform: string } =>
      typeof step === 'object' && step !== null && 'transform' in step,
  );
}

/**
 * Whether the pages or frames that a variant selects are one output: a sheet, or a document of pages.
 *
 * @param format of the variant's own `encode`; left out, that of its steps
 */
export function joinsParts({ steps, pages }: Named, format: string | undefined): boolean {
  const parsed = parsedSteps(steps);
  const written = format ?? formatOf(parsed.find(({ transform }) => transform === 'encode'));
  return makesSheet(parsed) || (pages !== undefined && written === 'pdf');
}

/**
 * Of one variant as written: its own name, or one for each width and each format, with its pages or frames if each is an
 * output of its own.
 */
function namedParts(variant: Named): NamedParts[] {
  const { name, widths, encode } = variant;
  if (typeof name !== 'string') return [];
  const [pages, frames] = [partRange(variant.pages), partRange(variant.frames)];
  const formats = Array.isArray(encode) ? formatsOf(encode) : [undefined];
  const sizes: unknown[] = Array.isArray(widths) ? widths : [undefined];
  return sizes.flatMap((width) =>
    formats.map((format) => ({
      name: variantName(name, width as number | undefined, format),
      ...(!joinsParts(variant, format) && { ...(pages && { pages }), ...(frames && { frames }) }),
    })),
  );
}

/** Of the items that are right. */
function formatsOf(encode: readonly unknown[]): string[] {
  return encode.map((step) => formatOf(step)).filter((format) => format !== undefined);
}

/** Of a parsed `encode`. */
export function formatOf(step: unknown): string | undefined {
  const { format } = (step as { options?: { format?: unknown } } | undefined)?.options ?? {};
  return typeof format === 'string' ? format : undefined;
}

/** Returns the problem of the output names of a variant, if any. */
export function nameProblem(variant: Named & { readonly name: string }): string | undefined {
  // The schema reports it already.
  if (!variantNameSchema.safeParse(variant.name).success) return undefined;
  if (variant.name.includes(WIDTH) && variant.widths === undefined)
    return `${WIDTH} stands for each of the widths, and the variant has none, got "${variant.name}"`;
  const wrong = namedParts(variant)
    .map(longestName)
    .find((name) => !NAME.test(name));
  return wrong === undefined ? undefined : `${NAME_IN_WORDS}, and this leads to "${wrong}"`;
}

/** What a list names twice would lead to two pictures of one name. */
export const eachOnce = z.superRefine<readonly unknown[]>(
  (items, context) => {
    const seen = new Set<unknown>();
    items.forEach((item, index) => {
      const one = typeof item === 'object' ? formatOf(item) : item;
      if (typeof one !== 'string' && typeof one !== 'number') return;
      if (seen.has(one))
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `${one} is in the list already: names of pictures must differ`,
        });
      seen.add(one);
    });
  },
  { when: ({ value }) => Array.isArray(value) },
);

/** Names that are also those of pages or frames, by the index of their item. */
function takenByParts(
  items: readonly (Named | null | undefined)[],
): { readonly index: number; readonly message: string }[] {
  const named = items.map((item) => namedParts(item ?? {}));
  const withParts = named.flat().filter(partsOf);
  return named.flatMap((own, index) =>
    own
      .filter((variant) => !partsOf(variant))
      .flatMap(({ name }) => {
        const other = withParts.find((one) => isNameOf(one, name));
        const what = other && partsOf(other)?.what;
        if (!what) return [];
        const message = `"${name}" is also a ${what} of "${other.name}": names must differ`;
        return [{ index, message }];
      }),
  );
}

/** Names must differ. The check runs together with all others, and items may have any type. */
export const uniqueNames = z.superRefine<readonly (Named | null | undefined)[]>(
  (items, context) => {
    const seen = new Set<string>();
    items.forEach((item, index) => {
      for (const name of new Set(namedParts(item ?? {}).map((named) => named.name))) {
        if (seen.has(name))
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `"${name}" is already taken: names must differ`,
          });
        seen.add(name);
      }
    });
    for (const { index, message } of takenByParts(items))
      context.addIssue({ code: 'custom', path: [index, 'name'], message });
  },
  { when: ({ value }) => Array.isArray(value) },
);
