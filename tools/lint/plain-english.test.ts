import { expect, test } from 'vitest';
import { commentsOf, countWords, findConstructions, proseOf } from './plain-english.ts';

const phrases = (text: string) => findConstructions(text).map(({ words }) => words.toLowerCase());

test.each([
  ['The operator is told the reason.', ['is told']],
  ['The message tells why.', ['tells']],
  ['The recipe stands in the file.', ['stands']],
  ['A folder marker is no upload, and outputs are none.', ['is no', 'are none']],
  ['Nobody reads it, whoever wrote it.', ['nobody', 'whoever']],
  ['It lies beside the test.', ['beside']],
  ['Where there is a key, use it.', ['where there is']],
  ['What hangs on it is what is left.', ['what hangs', 'what is']],
  ['It lasts for ever.', ['for ever']],
  ['A domain mends it.', ['mends']],
  ['Cached so that it is fast.', ['so that']],
  ['Outputs are made anew.', ['made anew']],
  ['It is reckoned from the header.', ['reckoned']],
  ['Messages are worked off.', ['worked off']],
])('%s', (text, expected) => {
  expect(phrases(text)).toEqual(expected);
});

test('finds a construction across the lines of a comment, at its first line', () => {
  expect(findConstructions('/**\n * Cached so\n * that it is fast.\n */')).toEqual([
    { line: 2, words: 'so that' },
  ]);
});

test('plain sentences have no findings', () => {
  expect(
    phrases('The planner merges steps. Standard errors mention the intelligent mender.'),
  ).toEqual([]);
});

test('reads comments only, not texts that look like them', () => {
  const source = "const a = 'so that'; // nobody\nconst b = `/* beside */`; /* tells */\n";
  expect(phrases(commentsOf(source))).toEqual(['nobody', 'tells']);
});

test('reads the prose of a document, not its code', () => {
  expect(phrases(proseOf('so that\n```sh\ntells\n```\n`beside`'))).toEqual(['so that']);
});

test('counts words, not numbers and signs', () => {
  expect(countWords('// The planner’s 3 steps — done.')).toBe(4);
});
