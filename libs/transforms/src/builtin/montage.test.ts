import { expect, test } from 'vitest';
import { montage, sheetLayout } from './montage.ts';

const alike = (count: number) => Array.from({ length: count }, () => ({ width: 10, height: 4 }));

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [3, 2, 2],
  [4, 2, 2],
  [5, 3, 2],
  [9, 3, 3],
  [10, 4, 3],
])('%i pictures are a grid of %i×%i', (count, columns, rows) => {
  const { width, height } = sheetLayout(alike(count), { gap: 0 });
  expect([width / 10, height / 4]).toEqual([columns, rows]);
});

test('columns are as many as the step says, also if there are fewer pictures', () => {
  expect(sheetLayout(alike(3), { columns: 2, gap: 0 })).toMatchObject({ width: 20, height: 8 });
  expect(sheetLayout(alike(3), { columns: 5, gap: 0 })).toMatchObject({ width: 50, height: 4 });
});

test('gaps are between cells only', () => {
  const { width, height, places } = sheetLayout(alike(4), { gap: 3 });
  expect([width, height]).toEqual([23, 11]);
  expect(places.map(({ left, top }) => [left, top])).toEqual([
    [0, 0],
    [13, 0],
    [0, 7],
    [13, 7],
  ]);
});

test('cells have the width and the height of the largest, and smaller pictures are in the middle', () => {
  const pictures = [
    { width: 10, height: 3 },
    { width: 4, height: 8 },
    { width: 5, height: 5 },
  ];
  const { width, height, places } = sheetLayout(pictures, { columns: 3, gap: 1 });
  expect([width, height]).toEqual([32, 8]);
  expect(places.map(({ left, top }) => [left, top])).toEqual([
    [0, 2],
    [11 + 3, 0],
    [22 + 2, 1],
  ]);
});

test('by default, the sheet is white and has no gaps', () => {
  expect(montage.options.parse({})).toEqual({ gap: 0, background: '#ffffff' });
});
