import { describe, expect, test } from 'vitest';
import { decodeJpeg12 } from './jpeg-12.ts';

/** Two blocks side by side. */
const SHAPE = { width: 16, height: 8 };

const segment = (marker: number, ...bytes: number[]) => [
  ...[0xff, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255],
  ...bytes,
];
/** @param lengths of the codes, in order @param symbols theirs */
const huffman = (table: number, lengths: number[], symbols: number[]) =>
  segment(
    0xc4,
    table,
    ...Array.from({ length: 16 }, (_, index) => lengths.filter((one) => one === index + 1).length),
    ...symbols,
  );
const QUANTIZATION = segment(0xdb, 0, ...Array<number>(64).fill(1));
const FRAME = segment(0xc1, 12, 0, SHAPE.height, 0, SHAPE.width, 1, 1, 0x11, 0);
/** Differences of the mean: 0 means no change, 10 a value of 8 bits. */
const DC = huffman(0x00, [1, 2], [0, 8]);
/** Coefficients: 0 ends the block, 10 is 15 zeros and a value of 1 bit. */
const AC = huffman(0x10, [1, 2], [0x00, 0xf1]);
const SCAN = segment(0xda, 1, 1, 0, 0, 63, 0);

/** Bits as the scan has them: filled up with ones, 0xFF is followed by 0. */
function bits(text: string): number[] {
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '1');
  return (padded.match(/.{8}/g) ?? []).flatMap((byte) => {
    const value = Number.parseInt(byte, 2);
    return value === 0xff ? [0xff, 0] : [value];
  });
}

const jpeg = (...parts: number[][]) => Uint8Array.from([0xff, 0xd8, ...parts.flat(), 0xff, 0xd9]);
const usual = (...scan: number[][]) => jpeg(QUANTIZATION, FRAME, DC, AC, SCAN, ...scan);

/** The mean rises by 128 / 8 = 16 levels, and the block has no more coefficients. */
const RISE = '10' + '10000000' + '0';
const SAME = '0' + '0';

/** The first sample of both blocks. */
function firsts(file: Uint8Array): number[] {
  const samples = decodeJpeg12(file, SHAPE);
  expect(samples).toHaveLength(128);
  return [samples[0] ?? 0, samples[8] ?? 0];
}

describe('a scan', () => {
  test('has the difference to the mean of the block before', () => {
    expect(firsts(usual(bits(RISE + RISE)))).toEqual([2064, 2080]);
    expect(firsts(usual(bits(RISE + SAME)))).toEqual([2064, 2064]);
  });

  test('begins anew after a restart marker', () => {
    const interval = segment(0xdd, 0, 1);
    const file = (marker: number) =>
      jpeg(QUANTIZATION, FRAME, DC, AC, interval, SCAN, bits(RISE), [0xff, marker], bits(RISE));
    expect(firsts(file(0xd0))).toEqual([2064, 2064]);
    expect(() => firsts(file(0xd1))).toThrow('lacks a restart marker');
  });

  test('keeps a byte of 0xFF that 0 follows', () => {
    // Twice the largest value: 255 / 8 levels each.
    expect(firsts(usual(bits('10' + '11111111' + '0' + '10' + '11111111' + '0')))).toEqual([
      Math.round(2048 + 255 / 8),
      Math.round(2048 + 510 / 8),
    ]);
  });

  test('uses tables of 16 bits, and the last ones before it', () => {
    const twice = segment(0xdb, 0x10, ...Array<number[]>(64).fill([0, 2]).flat());
    expect(firsts(jpeg(QUANTIZATION, twice, FRAME, DC, AC, SCAN, bits(RISE + SAME)))).toEqual([
      2080, 2080,
    ]);
  });
});

test('levels stay within 12 bits', () => {
  const large = segment(0xdb, 0, ...Array<number>(64).fill(255));
  const file = (value: string) => jpeg(large, FRAME, DC, AC, SCAN, bits('10' + value + '0' + SAME));
  expect(firsts(file('11111111'))).toEqual([4095, 4095]);
  expect(firsts(file('00000000'))).toEqual([0, 0]);
});

test('restart markers count from 0 to 7', () => {
  const shape = { width: 8, height: 80 };
  const frame = segment(0xc1, 12, 0, shape.height, 0, shape.width, 1, 1, 0x11, 0);
  const scan = Array.from({ length: 10 }, (_, index) => [
    ...(index > 0 ? [0xff, 0xd0 + ((index - 1) % 8)] : []),
    ...bits(RISE),
  ]);
  const interval = segment(0xdd, 0, 1);
  const samples = decodeJpeg12(jpeg(QUANTIZATION, frame, DC, AC, interval, SCAN, ...scan), shape);
  expect(new Set(samples)).toEqual(new Set([2064]));
});

describe('damage', () => {
  const table = (lengths: number[]) => huffman(0x00, lengths, lengths);
  const files: [string, Uint8Array, string][] = [
    ['a scan that ends early', usual(), 'ends early'],
    ['no scan', jpeg(QUANTIZATION, FRAME, DC, AC), 'has no scan'],
    ['no quantization', jpeg(FRAME, DC, AC, SCAN, bits(SAME)), 'has no quantization table'],
    ['no Huffman table', jpeg(QUANTIZATION, FRAME, DC, SCAN, bits(SAME)), 'no such Huffman table'],
    [
      'a Huffman table of three codes of one bit',
      jpeg(QUANTIZATION, FRAME, table([1, 1, 1]), AC, SCAN, bits(SAME)),
      'too many codes',
    ],
    ['a code that is not in the table', usual(bits('11')), 'a code that its Huffman table lacks'],
    [
      'coefficients behind the 64th',
      usual(bits('0' + '101'.repeat(5))),
      'too many coefficients in a block',
    ],
    ['a short table', jpeg(segment(0xdb, 0, 1, 2, 3)), 'has a short quantization table'],
    ['a short Huffman table', jpeg(segment(0xc4, 0, 9)), 'has a short Huffman table'],
    ['a segment behind the end', jpeg([0xff, 0xdb, 0x40, 0]), 'has a segment of a wrong length'],
    ['no marker', jpeg([1, 2, 3, 4]), 'has data between its segments'],
  ];
  test.each(files)('%s', (_, file, message) => {
    expect(() => decodeJpeg12(file, SHAPE)).toThrow(message);
  });
});
