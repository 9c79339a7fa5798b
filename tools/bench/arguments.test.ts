import { expect, test } from 'vitest';
import { ArgumentsError, BENCHMARKS, parseArguments } from './arguments.ts';

test('without a name, every benchmark runs', () => {
  expect(parseArguments([])).toEqual({ benchmarks: BENCHMARKS, write: false });
});

test('options are read, before and after the name', () => {
  expect(
    parseArguments(['--rounds', '5', 'transforms', '--photos=pictures', '--megapixels', '24']),
  ).toEqual({
    benchmarks: ['transforms'],
    rounds: 5,
    photos: 'pictures',
    megapixels: 24,
    write: false,
  });
});

test.each([
  [['warm-start'], /no benchmark is called warm-start; there are cold-start, transforms/],
  [['transforms', '--round', '5'], /--round/],
  [['--rounds', 'five'], /--rounds takes a number above 0 and up to 1000, and not five/],
  [['--rounds', '2.5'], /--rounds takes a whole number, and not 2.5/],
  [['--rounds', '0'], /above 0/],
  [['--megapixels', '1e9'], /--megapixels takes a number above 0 and up to 100, and not 1e9/],
])('%j is refused with a reason', (args, reason) => {
  expect(() => parseArguments(args)).toThrow(ArgumentsError);
  expect(() => parseArguments(args)).toThrow(reason);
});
