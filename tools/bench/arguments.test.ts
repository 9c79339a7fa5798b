import { expect, test } from 'vitest';
import { ArgumentsError, parseArguments } from './arguments.ts';

const off = { part: 'jobs', quick: false, write: false, check: false, render: false };

test('without arguments, everything is measured in three rounds', () => {
  expect(parseArguments([])).toEqual({ rounds: 3, ...off });
});

test('a quick run has one round', () => {
  expect(parseArguments(['--quick', '--photos=pictures'])).toEqual({
    ...{ rounds: 1, photos: 'pictures' },
    ...{ ...off, quick: true },
  });
  expect(parseArguments(['--quick', '--rounds', '2']).rounds).toBe(2);
});

test('the encoders are a part of their own', () => {
  expect(parseArguments(['encoders', '--photos=pictures']).part).toBe('encoders');
});

test.each([
  [['transforms'], /measures jobs or encoders, not transforms/],
  [['jobs', 'encoders'], /not jobs encoders/],
  [['--round', '5'], /--round/],
  [['--rounds', 'five'], /--rounds takes a whole number from 1 to 100, not five/],
  [['--rounds', '2.5'], /not 2.5/],
  [['--rounds', '0'], /not 0/],
])('%j is refused with a reason', (args, reason) => {
  expect(() => parseArguments(args)).toThrow(ArgumentsError);
  expect(() => parseArguments(args)).toThrow(reason);
});
