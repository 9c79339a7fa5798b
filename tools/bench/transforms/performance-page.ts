import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const PAGE = path.join(import.meta.dirname, '../../../docs/performance.md');
/** Parts of the page that are written by the program. */
export type Section = 'as they are' | 'enlarged';

/**
 * Puts new figures between the marks of a section.
 * @throws Error when the page has no such marks
 */
export function withFigures(page: string, section: Section, figures: string): string {
  const marks = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`] as const;
  const [begin, end] = marks.map((mark) => page.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin) {
    throw new Error(`docs/performance.md needs the lines ${marks.join(' and ')}`);
  }
  return `${page.slice(0, begin + marks[0].length)}\n\n${figures}\n\n${page.slice(end)}`;
}

export async function writeFigures(section: Section, figures: string): Promise<void> {
  await writeFile(PAGE, withFigures(await readFile(PAGE, 'utf8'), section, figures));
}
