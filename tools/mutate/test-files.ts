import { globSync } from 'node:fs';

/**
 * @param globs of tests; `!` excludes
 * @returns files, relative to the checkout
 */
export function testFiles(globs: readonly string[], checkout: string): string[] {
  const files = (patterns: readonly string[]) =>
    patterns.flatMap((pattern) => globSync(pattern, { cwd: checkout }));
  const excluded = new Set(
    files(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))),
  );
  return files(globs.filter((glob) => !glob.startsWith('!'))).filter((file) => !excluded.has(file));
}
