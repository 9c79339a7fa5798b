import { expect, test } from 'vitest';
import { parseArguments } from './command-line.ts';

test.each([
  [['dev'], { stack: 'dev', yes: false }],
  [['--yes', 'prod'], { stack: 'prod', yes: true }],
])('%j', (given, wanted) => {
  expect(parseArguments(given)).toEqual(wanted);
});

test.each([[[]], [['dev', 'prod']], [['--force', 'dev']], [['../dev']]])(
  '%j is refused, and told how it is written',
  (given) => {
    expect(() => parseArguments(given)).toThrow(/Usage: npm run deploy -- STACK \[--yes\]/);
  },
);

test.each(['dev', 'acme/dev', 'acme/darkroom/dev'])('%s names a stack', (stack) => {
  expect(parseArguments([stack])).toMatchObject({ stack });
});

test.each(['/dev', 'a/b/c/dev', 'a//dev', 'dev/'])('%s does not', (stack) => {
  expect(() => parseArguments([stack])).toThrow(/is no name of a stack/);
});
