import { expect, test } from 'vitest';
import { humanLine, unmatchedLine } from './function-log.ts';

test('describes an outcome in words', () => {
  const line = { level: 'INFO', message: 'done', key: 'uploads/cat.jpg', outputs: 7 };
  const measured = { bytesIn: 811_904, bytesOut: 341_484, duration: 545 };
  expect(humanLine(JSON.stringify({ ...line, ...measured }))).toBe(
    '  done           uploads/cat.jpg   7 outputs, 812 kB → 342 kB, 545 ms',
  );
});

test('a failed attempt says why', () => {
  const line = { message: 'attempt failed', key: 'k', code: 'TIMEOUT' };
  expect(humanLine(JSON.stringify({ ...line, error: { message: 'no time left' } }))).toBe(
    '  attempt failed k   TIMEOUT, no time left',
  );
});

const REFUSED = {
  message: 'event not delivered',
  ...{ type: 'image.removed', key: 'uploads/a.jpg', error: { message: 'it answers 503' } },
};

test.each([
  [
    { message: 'event delivered', type: 'image.removed', key: 'uploads/a.jpg', attempt: 2 },
    '  event delivered image.removed uploads/a.jpg   attempt 2',
  ],
  [
    { ...REFUSED, attempt: 1, backOff: 5 },
    '  event not delivered image.removed uploads/a.jpg   it answers 503, attempt 1, next attempt in 5 s',
  ],
  [
    { ...REFUSED, attempt: 8, backOff: 0 },
    '  event not delivered image.removed uploads/a.jpg   it answers 503, attempt 8, no further attempt',
  ],
])('says what became of an event for the webhook: $message', (line, words) => {
  expect(humanLine(JSON.stringify(line))).toBe(words);
});

test('metrics are for machines', () => {
  expect(humanLine('{"_aws":{"Timestamp":1},"DONE":1}')).toBeUndefined();
});

test('everything else is as the function wrote it, but cannot steer the terminal', () => {
  expect(humanLine('Error: out of\u001b[2J memory')).toBe('Error: out of�[2J memory');
});

test('an upload without a recipe is reported with what the recipes match', () => {
  const recipes = [
    { name: 'photos', match: { prefix: 'uploads/' }, variants: [] },
    { name: 'scans', match: { prefix: 'scans/', suffixes: ['.tif', '.pdf'] }, variants: [] },
  ];
  expect(unmatchedLine('upload/a\u001b.jpg', recipes)).toBe(
    '  no recipe      upload/a�.jpg   recipes match: uploads/, scans/ ending in .tif or .pdf',
  );
});
