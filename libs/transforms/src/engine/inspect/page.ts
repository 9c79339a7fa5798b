import { hasPages, type SourceFormat } from '../../image-engine.ts';
import { ImageError } from '../../image-error.ts';
import { tiffPage } from './tiff-page.ts';

/** The file of one page of a document. */
export function pageFile(source: Uint8Array, format: SourceFormat, page = 1): Uint8Array {
  if (page === 1) return source;
  if (!hasPages(format)) throw new Error(`a ${format} has no page ${page}`);
  return tiffPage(source, page);
}

/** The message names the page, or the frame, unless it names the variant, whose name has the number. */
function named(part: string, cause: unknown): unknown {
  if (!(cause instanceof ImageError) || cause.place?.variant !== undefined) return cause;
  return new ImageError(cause.code, `${part}: ${cause.message}`, { cause });
}

/** Errors of the work name the page. Those of the first one are about the file. */
export async function ofPage<T>(page: number | 'frames', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw typeof page === 'number' && page > 1 ? named(`page ${page}`, cause) : cause;
  }
}

/** Errors between the items name their part of the upload, such as `page 2`. */
export async function* ofPart<T>(part: string, items: AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    yield* items;
  } catch (cause) {
    throw named(part, cause);
  }
}
