import { hasPages, type SourceFormat } from '../../image-engine.ts';
import { ImageError } from '../../image-error.ts';
import { tiffPage } from './tiff-page.ts';

/** The file of one page of a document. */
export function pageFile(source: Uint8Array, format: SourceFormat, page = 1): Uint8Array {
  if (page === 1) return source;
  if (!hasPages(format)) throw new Error(`a ${format} has no page ${page}`);
  return tiffPage(source, page);
}

/** The message names the page, unless it names the variant, whose name has the page. */
function named(page: number, cause: unknown): unknown {
  if (!(cause instanceof ImageError) || page === 1 || cause.place?.variant !== undefined)
    return cause;
  return new ImageError(cause.code, `page ${page}: ${cause.message}`, { cause });
}

/** Errors of the work name the page. */
export async function ofPage<T>(page: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw named(page, cause);
  }
}

/** Errors between the items name the page. */
export async function* withPage<T>(page: number, items: AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    yield* items;
  } catch (cause) {
    throw named(page, cause);
  }
}
