import path from 'node:path';
import { expect, test } from 'vitest';
import { testFiles } from './test-files.ts';

test('a glob with an exclamation mark excludes files, wherever it is in the list', () => {
  const checkout = path.join(import.meta.dirname, '../..');
  const globs = ['tools/mutate/score*.test.ts', 'tools/mutate/test-files.test.ts'];
  const wanted = ['tools/mutate/score.test.ts', 'tools/mutate/test-files.test.ts'];
  expect(testFiles(globs, checkout)).toEqual(wanted);
  expect(testFiles(['!tools/mutate/score.*.ts', ...globs], checkout)).toEqual([wanted[1]]);
  expect(testFiles([...globs, '!tools/mutate/score.*.ts'], checkout)).toEqual([wanted[1]]);
});
