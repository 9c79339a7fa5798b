import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

const PAGE = path.resolve(import.meta.dirname, '../../docs/performance.md');
/** Data and plots. */
const FOLDER = path.resolve(PAGE, '../performance');

/**
 * Puts new text between the marks of a page.
 *
 * @param name of the marks: `<!-- name: begin -->` and `<!-- name: end -->`
 * @throws Error if the page does not have them
 */
export function withFigures(page: string, name: string, text: string): string {
  const marks = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`] as const;
  const [begin, end] = marks.map((mark) => page.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin)
    throw new Error(`docs/performance.md needs the lines ${marks.join(' and ')}`);
  return `${page.slice(0, begin + marks[0].length)}\n\n${text}\n\n${page.slice(end)}`;
}

/** @throws Error if it was not written yet, with what to do */
export async function readFigures<T>(file: string): Promise<T> {
  const found = path.join(FOLDER, file);
  const text = await readFile(found, 'utf8').catch((cause: unknown) => {
    throw new Error(`docs/performance/${file} is missing: run the benchmark once`, { cause });
  });
  return JSON.parse(text) as T;
}

/** Renews a part of docs/performance.md, and the files of docs/performance. */
export async function writeFigures(
  name: string,
  text: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const [file, content] of Object.entries(files))
    await writeFormatted(path.join(FOLDER, file), content);
  await writeFormatted(PAGE, withFigures(await readFile(PAGE, 'utf8'), name, text));
}

async function writeFormatted(file: string, text: string): Promise<void> {
  const isDrawing = file.endsWith('.svg');
  const config = await resolveConfig(file);
  await writeFile(file, isDrawing ? text : await format(text, { ...config, filepath: file }));
}
