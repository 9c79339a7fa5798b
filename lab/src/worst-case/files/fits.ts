import { type Content, pixels } from './pixels.ts';

export interface FitsGenes {
  readonly width: number;
  readonly height: number;
  readonly bitpix: 8 | 16 | 32 | 64 | -32 | -64;
  readonly blank: boolean;
  readonly planes: number;
  readonly content: Content;
  /** Cards of each header, in addition to those that it needs. */
  readonly cards: number;
  /** HDUs without an image before the one with it. */
  readonly empty: number;
  /** How the recipe shows the values. */
  readonly shown: string;
}

const BLOCK = 2880;
const padded = (data: Buffer, filling: number) =>
  Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK, filling)]);

function header(cards: readonly (readonly [keyword: string, value: string | number])[]): Buffer {
  const lines = cards.map(([keyword, value]) =>
    `${keyword.padEnd(8)}= ${String(value).padStart(20)}`.padEnd(80),
  );
  return padded(Buffer.from([...lines, 'END'.padEnd(80)].join(''), 'latin1'), 0x20);
}

/** Bytes of such a file. */
export function bytesOfFits({ width, height, bitpix, planes, cards, empty }: FitsGenes): number {
  return (width * height * planes * Math.abs(bitpix)) / 8 + (1 + empty) * (cards + 12) * 80;
}

export function writeFits(genes: FitsGenes): Buffer {
  const { width, height, bitpix, blank, planes, content, cards, empty } = genes;
  const others = Array.from({ length: cards }, (_, index) => [`KEY${index % 100_000}`, 1] as const);
  const start = (hdu: number) =>
    hdu === 0 ? (['SIMPLE', 'T'] as const) : (['XTENSION', "'IMAGE   '"] as const);
  const without = Array.from({ length: empty }, (_, hdu) =>
    header([start(hdu), ['BITPIX', 8], ['NAXIS', 0], ...others]),
  );
  const bytes = Math.abs(bitpix) / 8;
  const own = header([
    start(empty),
    ['BITPIX', bitpix],
    ['NAXIS', 3],
    ['NAXIS1', width],
    ['NAXIS2', height],
    ['NAXIS3', planes],
    ...(blank && bitpix > 0 ? [['BLANK', 7] as const] : []),
    ...others,
  ]);
  const values = pixels(width * bytes, height * planes, 1, content);
  // Any bytes are numbers; the first ones of floating point would be far apart, or NaN.
  if (bitpix < 0) for (let at = 0; at < values.length; at += bytes) values[at] = 0x43;
  return Buffer.concat([...without, own, padded(values, 0)]);
}
