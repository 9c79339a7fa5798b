import { expect, test } from 'vitest';
import { markdownTable, textTable } from './table.ts';

const rows = [
  ['', 'CPU s'],
  ['Darkroom', '0.5'],
];

test('text is aligned, numbers to the right', () => {
  expect(textTable(rows)).toBe('          CPU s\nDarkroom    0.5');
});

test('Markdown is padded as prettier would pad it', () => {
  expect(markdownTable(rows).split('\n')).toEqual([
    '|          | CPU s |',
    '| -------- | ----- |',
    '| Darkroom | 0.5   |',
  ]);
});

test('nothing is an empty table', () => {
  expect(textTable([])).toBe('');
});
