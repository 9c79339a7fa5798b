import { expect, test } from 'vitest';
import { wrap } from './wrap.ts';

const word = 'a'.repeat(39);

test.each([
  ['what fits stays as it is', `${word}  ${word}`, `${word}  ${word}`],
  [
    'what does not goes on in the next line, further in',
    `${word} ${word} b`,
    `${word} ${word}\n    b`,
  ],
  ['further than the line itself', `  ${word} ${word}`, `  ${word}\n      ${word}`],
  [
    'a word that is too long stays whole',
    `b ${word}${word}${word}`,
    `b\n    ${word}${word}${word}`,
  ],
  ['each line by itself', 'a\n\n  b', 'a\n\n  b'],
])('%s', (_, text, wrapped) => {
  expect(wrap(text)).toBe(wrapped);
});
