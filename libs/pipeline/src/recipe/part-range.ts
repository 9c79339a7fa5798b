import * as z from 'zod';

/** More pages or frames are never decoded (`limits.pages`). */
const MAX_PART = 10_000;

/**
 * Pages of a document, or frames of an animation, from 1, both ends included; without `to`, all that follow. With `evenly`,
 * at most so many of all.
 */
export interface PartRange {
  readonly from: number;
  readonly to?: number;
  readonly evenly?: number;
}

const RANGE = /^([1-9]\d{0,4})-([1-9]\d{0,4})$/;

/** Reads `2-4`; otherwise nothing. */
function rangeOf(text: string): Required<Omit<PartRange, 'evenly'>> | undefined {
  const [, from, to] = RANGE.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from <= range.to && range.to <= MAX_PART ? range : undefined;
}

const evenlySchema = z.strictObject({
  evenly: z
    .int()
    .min(1)
    .max(MAX_PART)
    .describe('So many at most, at the same distance: the first one of each of so many parts'),
});

/** As they are written. The names of variants depend on them before the recipe is parsed. */
const partsSchema = (what: 'page' | 'frame') =>
  z
    .union(
      [
        z.enum(['first', 'all']),
        z.int().min(1).max(MAX_PART),
        z.string().regex(RANGE),
        evenlySchema,
      ],
      { error: `expected first, all, a ${what} such as 2, a range such as 1-5, or { evenly: 9 }` },
    )
    .refine((parts) => typeof parts !== 'string' || !RANGE.test(parts) || rangeOf(parts), {
      error: `the last ${what} of a range is not before its first one, and at most ${MAX_PART}`,
    });

export const pagesSchema = partsSchema('page');
export const framesSchema = partsSchema('frame');

/** Of `pages` or `frames` as written; nothing for `first`, and for what the schema refuses. */
export function partRange(parts: unknown): PartRange | undefined {
  if (parts === 'all') return { from: 1 };
  if (typeof parts === 'number') return { from: parts, to: parts };
  if (typeof parts === 'string') return rangeOf(parts);
  const { data } = evenlySchema.safeParse(parts);
  return data && { from: 1, ...data };
}

/** The pages or frames of a range that an upload with so many has, in order. */
export function partsIn({ from, to = Infinity, evenly }: PartRange, count: number): number[] {
  if (evenly !== undefined && evenly < count)
    return Array.from({ length: evenly }, (_, index) => Math.floor((index * count) / evenly) + 1);
  const length = Math.max(0, Math.min(to, count) - from + 1);
  return Array.from({ length }, (_, index) => from + index);
}

/** The name of a variant, and its pages or frames. */
export interface NamedParts {
  readonly name: string;
  readonly pages?: PartRange;
  readonly frames?: PartRange;
}

/** What the names of the pictures of a page, or of a frame, have in front of its number. */
export const INFIXES = { page: '-p', frame: '-f' } as const;

/** Pages of a document, or frames of an animation. */
export interface Parts {
  readonly what: 'page' | 'frame';
  readonly range: PartRange;
}

/** The pages or the frames of a variant that has pictures of them. */
export function partsOf({ pages, frames }: Omit<NamedParts, 'name'>): Parts | undefined {
  if (pages) return { what: 'page', range: pages };
  return frames && { what: 'frame', range: frames };
}

/** The name of the picture of a page or frame. */
export function partName(variant: string, what: keyof typeof INFIXES, part: number): string {
  return `${variant}${INFIXES[what]}${part}`;
}

/** The longest name that the pictures of a variant can have. */
export function longestName({ name, ...variant }: NamedParts): string {
  const parts = partsOf(variant);
  return parts ? partName(name, parts.what, parts.range.to ?? MAX_PART) : name;
}

/** Whether a picture with this name comes of the variant. */
export function isNameOf({ name, ...variant }: NamedParts, picture: string): boolean {
  const parts = partsOf(variant);
  if (!parts) return picture === name;
  const start = name + INFIXES[parts.what];
  const part = picture.startsWith(start) ? picture.slice(start.length) : '';
  if (!/^[1-9]\d{0,4}$/.test(part)) return false;
  const { from, to = MAX_PART } = parts.range;
  return from <= Number(part) && Number(part) <= to;
}
