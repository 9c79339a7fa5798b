import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/*
 * Generates `src/builtin/text/open-sans.json`: the font of text marks as a module that bundlers inline. The Lambda package
 * has no font files, and machines have no common system fonts. Run it after an update of `@fontsource/open-sans`; a test
 * fails if the file is stale.
 */

const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic', 'vietnamese'];
const WEIGHT = 600;

export const TARGET = path.join(import.meta.dirname, '../src/builtin/text/open-sans.json');

export function openSansJson(): string {
  const folder = path.dirname(
    createRequire(import.meta.url).resolve('@fontsource/open-sans/package.json'),
  );
  const read = (file: string) => readFileSync(path.join(folder, file));
  const fonts = SUBSETS.map((subset) =>
    read(`files/open-sans-${subset}-${WEIGHT}-normal.woff`).toString('base64'),
  );
  const licence = read('LICENSE').toString('utf8');
  return JSON.stringify({ licence, fonts }, null, 2) + '\n';
}

if (import.meta.main) writeFileSync(TARGET, openSansJson());
