import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const PAGE = path.join(import.meta.dirname, '../../../docs/performance.md');
const [BEGIN, END] = ['<!-- measured: begin -->', '<!-- measured: end -->'] as const;

/**
 * Puts new figures between the page's marks.
 * @throws Error when the page has no marks
 */
export function withFigures(page: string, figures: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`docs/performance.md needs the lines ${BEGIN} and ${END}`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${page.slice(end)}`;
}

export async function writeFigures(figures: string): Promise<void> {
  await writeFile(PAGE, withFigures(await readFile(PAGE, 'utf8'), figures));
}
