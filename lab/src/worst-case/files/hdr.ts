import { writeAvifOfColours, type AvifGenes } from './avif.ts';
import { chunk, writePng, type PngGenes } from './png.ts';

export interface HdrGenes {
  /** ITU-T H.273, table 3: 16 is PQ, 18 is HLG. */
  readonly transfer: 16 | 18;
}

/** Primaries and matrix of ITU-R BT.2020 (ITU-T H.273, tables 2 and 4). */
const BT2020 = 9;
/** Signature and `IHDR`, which the colour chunks follow. */
const PNG_HEAD = 8 + 25;

/** A PNG that states its colours in a `cICP` chunk (PNG, third edition, 11.3.2.6). */
export function writeHdrPng(genes: PngGenes & HdrGenes): Buffer {
  const file = writePng(genes);
  const colours = chunk('cICP', Buffer.from([BT2020, genes.transfer, 0, 1]));
  return Buffer.concat([file.subarray(0, PNG_HEAD), colours, file.subarray(PNG_HEAD)]);
}

export function writeHdrAvif(genes: Omit<AvifGenes, 'alpha'> & HdrGenes): Promise<Buffer> {
  return writeAvifOfColours(genes, [BT2020, genes.transfer, BT2020]);
}
