import path from 'node:path';

/** npm runs a script in the package's folder, and tells in `INIT_CWD` where it was typed. */
export function pathOf(given: string): string {
  return path.resolve(process.env['INIT_CWD'] ?? '.', given);
}
