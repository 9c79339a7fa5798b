import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MODULES } from './modules.ts';
import { withScore } from './score-table.ts';
import { scoreOf } from './score.ts';

const CHECKOUT = path.join(import.meta.dirname, '../..');

const filesOf = (globs: readonly string[]) =>
  globs.map((glob) => globSync(glob.replace(/^!/, ''), { cwd: CHECKOUT }));

describe.each(MODULES)('$name', ({ project, mutate, tests, equivalents = [], minimum }) => {
  test('has files for each glob', () => {
    for (const files of filesOf([...mutate, ...tests, `${project}/vitest.config.mjs`]))
      expect(files).not.toEqual([]);
  });

  test('has a reason for each equivalent', () => {
    expect(equivalents.filter(({ reason }) => reason === '')).toEqual([]);
  });

  test('has a minimum that is a percentage, if it has one', () => {
    expect(minimum ?? 0).toBeGreaterThanOrEqual(0);
    expect(minimum ?? 0).toBeLessThanOrEqual(100);
  });
});

test('docs/reliability.md has the table that `--write` replaces', () => {
  const document = readFileSync(path.join(CHECKOUT, 'docs/reliability.md'), 'utf8');
  expect(() => withScore(document, 'events', scoreOf([], []))).not.toThrow();
});
