import { MODULES } from './modules.ts';
import type { Score } from './score.ts';

const BEGIN = '<!-- mutation scores, written by `npm run mutate -- --write` -->';
const END = '<!-- end of mutation scores -->';
/** Cells of a module that has not been measured completely. */
const NOT_RUN = ['', '', '', 'not run'];
const HEAD = ['module', 'mutants', 'equivalent', 'killed', 'score', 'minimum'];

/**
 * Replaces the row of one module in the table between the two markers. Rows have the order of `modules.ts`.
 *
 * @throws Error if the document has no markers
 */
export function withScore(document: string, module: string, score: Score): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The document has no table after ${BEGIN}`);
  const rows = rowsOf(document.slice(begin, end));
  const { mutants, equivalents, killed, percent } = score;
  rows.set(module, [mutants, equivalents, killed, `${percent.toFixed(1)} %`].map(String));
  const table = MODULES.map(({ name, minimum }) => {
    const cells = rows.get(name) ?? NOT_RUN;
    return [name, ...cells, minimum === undefined ? '' : `${minimum} %`];
  });
  return `${document.slice(0, begin)}${BEGIN}\n\n${aligned([HEAD, ...table])}\n\n${document.slice(end)}`;
}

/** @returns the cells between name and minimum, by name */
function rowsOf(table: string): Map<string, string[]> {
  const lines = table.split('\n').filter((line) => line.startsWith('|'));
  return new Map(
    lines.slice(2).map((line) => {
      const [name = '', ...cells] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [name, cells.slice(0, HEAD.length - 2)];
    }),
  );
}

/** As Prettier formats a table with numbers at the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const [head = [], ...others] = rows;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [pad(head), `| ${rule.join(' | ')} |`, ...others.map(pad)].join('\n');
}
