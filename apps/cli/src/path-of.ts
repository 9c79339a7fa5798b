import path from 'node:path';

/** npm runs scripts in the package's folder. `INIT_CWD` holds the folder of the user. */
export function pathOf(given: string): string {
  return path.resolve(process.env['INIT_CWD'] ?? '.', given);
}
