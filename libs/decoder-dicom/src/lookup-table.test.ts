import { describe, expect, test } from 'vitest';
import type { Attributes, Keyword, Value } from './attributes.ts';
import { lookupTable } from './lookup-table.ts';

function value(words: readonly number[], bits: 8 | 16): Value {
  const source = Buffer.alloc(words.length * (bits / 8));
  words.forEach((word, index) => source.writeUIntLE(word, index * (bits / 8), bits / 8));
  const coding = { explicit: true, littleEndian: true };
  return { source, coding, start: 0, end: source.length, vr: 'OW', open: false };
}

/** The entries of a palette in segments. */
function expanded(words: readonly number[], length: number, bits: 8 | 16 = 16) {
  const attributes: Attributes = new Map<Keyword, Value>([
    ['RedPaletteColorLookupTableDescriptor', value([length, 0, bits], 16)],
    ['SegmentedRedPaletteColorLookupTableData', value(words, bits)],
  ]);
  return lookupTable(attributes, {
    descriptor: 'RedPaletteColorLookupTableDescriptor',
    data: 'RedPaletteColorLookupTableData',
    segments: 'SegmentedRedPaletteColorLookupTableData',
    signed: false,
  }).entries;
}

/** PS3.3, C.7.9.2. */
describe('a palette in segments', () => {
  const line = [...[0, 1, 100], ...[1, 4, 200]];

  test('has entries and lines', () => {
    expect(expanded(line, 5)).toEqual([100, 125, 150, 175, 200]);
    expect(expanded([...line, ...[1, 2, 0], ...[0, 1, 7]], 8)).toEqual([
      ...[100, 125, 150, 175, 200, 100, 0, 7],
    ]);
  });

  test('copies segments at an offset in bytes, and goes on after it', () => {
    expect(expanded([...line, ...[2, 1, 6, 0], ...[0, 1, 9]], 10)).toEqual([
      ...[100, 125, 150, 175, 200, 200, 200, 200, 200, 9],
    ]);
    expect(expanded([...line, ...[2, 2, 0, 0, 0, 0], ...[0, 1, 9]], 11, 8)).toEqual([
      ...[100, 125, 150, 175, 200, 100, 125, 150, 175, 200, 9],
    ]);
  });

  test('ends with the last entry of the descriptor, and ignores a byte that fills it up', () => {
    expect(expanded([...line, ...[9, 9, 9, 9]], 5)).toEqual([100, 125, 150, 175, 200]);
    expect(expanded([0, 1, 100, 1, 60_000, 100], 5)).toHaveLength(5);
    expect(expanded([...line, 0], 5, 8)).toEqual([100, 125, 150, 175, 200]);
  });

  test.each([
    ['a line without a start', [1, 4, 200]],
    ['a segment of no length', [...line, ...[0, 0]]],
    ['a copy of a copy', [...line, ...[2, 1, 12, 0]]],
    ['a copy from behind the end', [...line, ...[2, 1, 400, 0], ...[0, 1, 9]]],
    ['an unknown segment', [...line, ...[3, 1, 0]]],
    ['entries behind the end', [0, 9, 1, 2, 3]],
  ])('with %s is damaged', (_, words) => {
    expect(() => expanded(words, 12)).toThrow('its palette has damaged segments');
  });
});
