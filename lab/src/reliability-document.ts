import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CHECKOUT } from './testing/workspace.ts';

const DOCUMENT = path.join(CHECKOUT, 'docs/reliability.md');

/**
 * Writes one row of the table after `<!-- NAME -->` in docs/reliability.md. It replaces the row with the same first cell.
 *
 * @throws Error if the document has no such table
 */
export async function setRow(table: string, name: string, cells: readonly string[]): Promise<void> {
  await writeFile(DOCUMENT, withRow(await readFile(DOCUMENT, 'utf8'), table, name, cells));
}

export function withRow(
  document: string,
  table: string,
  name: string,
  cells: readonly string[],
): string {
  const lines = document.split('\n');
  const marker = lines.indexOf(`<!-- ${table} -->`);
  const first = lines.findIndex((line, index) => marker >= 0 && index > marker && isRow(line));
  if (first < 0) throw new Error(`docs/reliability.md has no table behind <!-- ${table} -->`);
  const end = lines.findIndex((line, index) => index > first && !isRow(line));
  const [head = '', , ...rows] = lines.slice(first, end < 0 ? undefined : end);
  const kept = rows.map(cellsOf).filter(([firstCell]) => firstCell !== name);
  const all = [cellsOf(head), ...kept, [name, ...cells]];
  lines.splice(first, rows.length + 2, ...aligned(all));
  return lines.join('\n');
}

const isRow = (line: string) => line.startsWith('|');
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Formats the table as Prettier does, aligned to the right. */
function aligned([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const pad = (row: readonly string[]) =>
    line(widths.map((width, column) => (row[column] ?? '').padStart(width)));
  const rule = line(widths.map((width) => `${'-'.repeat(width - 1)}:`));
  return [pad(head), rule, ...rows.map(pad)];
}
