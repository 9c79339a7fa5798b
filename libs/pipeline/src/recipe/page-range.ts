import * as z from 'zod';

/** More pages are never decoded (`limits.pages`). */
const MAX_PAGE = 10_000;

/** Pages of a document, from 1, both ends included; without `to`, all that follow. */
export interface PageRange {
  readonly from: number;
  readonly to?: number;
}

const RANGE = /^([1-9]\d{0,4})-([1-9]\d{0,4})$/;

/** Reads `2-4`; otherwise nothing. */
function rangeOf(text: string): Required<PageRange> | undefined {
  const [, from, to] = RANGE.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  return range.from <= range.to && range.to <= MAX_PAGE ? range : undefined;
}

/** As it is written. The names of variants depend on it before the recipe is parsed. */
export const pagesSchema = z
  .union([z.enum(['first', 'all']), z.int().min(1).max(MAX_PAGE), z.string().regex(RANGE)], {
    error: `expected first, all, a page such as 2, or a range such as 1-5`,
  })
  .refine((pages) => typeof pages === 'number' || !RANGE.test(pages) || rangeOf(pages), {
    error: `the last page of a range is not before its first one, and at most ${MAX_PAGE}`,
  });

/** Of `pages` as it is written; nothing for `first`, and for what the schema refuses. */
export function pageRange(pages: unknown): PageRange | undefined {
  if (pages === 'all') return { from: 1 };
  if (typeof pages === 'number') return { from: pages, to: pages };
  return typeof pages === 'string' ? rangeOf(pages) : undefined;
}

/** The name of a variant, and its pages. */
export interface NamedPages {
  readonly name: string;
  readonly pages?: PageRange;
}

/** The name of a page's picture. */
export function pageName(variant: string, page: number): string {
  return `${variant}-p${page}`;
}

/** The longest name that the pictures of a variant can have. */
export function longestName({ name, pages }: NamedPages): string {
  return pages ? pageName(name, Math.min(pages.to ?? MAX_PAGE, MAX_PAGE)) : name;
}

/** Whether a picture with this name comes of the variant. */
export function isNameOf({ name, pages }: NamedPages, picture: string): boolean {
  if (!pages) return picture === name;
  const page = picture.startsWith(`${name}-p`) ? picture.slice(name.length + 2) : '';
  if (!/^[1-9]\d{0,4}$/.test(page)) return false;
  return pages.from <= Number(page) && Number(page) <= (pages.to ?? MAX_PAGE);
}
