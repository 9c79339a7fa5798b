import { describe, expect, test } from 'vitest';
import { scoreOf, type Mutant } from './score.ts';
import { withScore } from './score-table.ts';

const mutant = (line: string, killed: boolean, replacement = ''): Mutant => ({
  file: 'libs/events/src/a.ts',
  lineNumber: 1,
  line,
  original: line,
  replacement,
  killed,
  covered: true,
});

describe('score', () => {
  test('is the killed part of all mutants, rounded down', () => {
    const mutants = [mutant('a', true), mutant('b', true), mutant('c', false)];
    expect(scoreOf(mutants, [])).toMatchObject({ mutants: 3, killed: 2, percent: 66.6 });
  });

  test('leaves listed equivalents out', () => {
    const entry = { file: 'libs/events/src/a.ts', line: 'c', reason: 'for the test' };
    const mutants = [mutant('a', true), mutant('b', false), mutant('c', false)];
    const score = scoreOf(mutants, [entry]);
    expect(score).toMatchObject({ equivalents: 1, percent: 50, wrongEquivalents: [] });
    expect(score.survivors.map(({ line }) => line)).toEqual(['b']);
  });

  test('an entry can name one of several mutants of a line', () => {
    const entry = {
      file: 'libs/events/src/a.ts',
      line: 'a < b',
      replacements: ['a <= b'],
      reason: 'for the test',
    };
    const mutants = [mutant('a < b', false, 'a <= b'), mutant('a < b', false, 'a >= b')];
    expect(scoreOf(mutants, [entry]).survivors.map(({ replacement }) => replacement)).toEqual([
      'a >= b',
    ]);
  });

  test.each([
    ['of a line that has changed', [mutant('x', false)]],
    ['of a mutant that a test kills', [mutant('c', true)]],
  ])('reports an entry %s', (_, mutants) => {
    const entry = { file: 'libs/events/src/a.ts', line: 'c', reason: 'for the test' };
    expect(scoreOf(mutants, [entry]).wrongEquivalents).toEqual([entry]);
  });

  test('of no mutants is complete', () => {
    expect(scoreOf([], []).percent).toBe(100);
  });
});

const DOCUMENT = `# Scores

<!-- mutation scores, written by \`npm run mutate -- --write\` -->

| module | mutants | equivalent | killed | score | minimum |
| --- | --: | --: | --: | --: | --: |
| redrive | 9 | 1 | 4 | 50.0 % | 3 % |

<!-- end of mutation scores -->

More.
`;

describe('table', () => {
  const score = scoreOf([mutant('a', true), mutant('b', false)], []);

  test('has the rows in the order of the modules, and the rest of the document is unchanged', () => {
    const changed = withScore(DOCUMENT, 'events', score);
    expect(changed).toMatch(/^# Scores\n\n<!--/);
    expect(changed).toMatch(/-->\n\nMore\.\n$/);
    expect(changed.match(/^\| (?:events|redrive) .*50\.0 %/gm)).toHaveLength(2);
    expect(changed.indexOf('| events')).toBeLessThan(changed.indexOf('| redrive'));
  });

  test('says which modules were not run', () => {
    const [policy] = withScore(DOCUMENT, 'events', score).match(/^\| policy .*$/m) ?? [];
    expect(policy?.split('|').map((cell) => cell.trim())).toEqual(
      expect.arrayContaining(['policy', 'not run']),
    );
  });

  test('replaces the row of the module', () => {
    const twice = withScore(withScore(DOCUMENT, 'redrive', score), 'redrive', score);
    expect(twice.match(/^\| redrive/gm)).toHaveLength(1);
    expect(twice).not.toContain('|       9 |');
  });

  test('rejects a document without the markers', () => {
    expect(() => withScore('# Scores', 'events', score)).toThrow('has no table');
  });
});
