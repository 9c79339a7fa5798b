import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HEVC, inGrid } from './avif.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../../../libs/decoder-heic/fixtures');
/** Pixels of each fixture. */
const TILE = { width: 96, height: 64 };

export interface HeicGenes {
  /** A fixture of the decoder: 4:2:0, 10 bits, grey, or 4:4:4 without loss. Nothing here writes HEVC. */
  readonly tile: 'plain' | 'ten-bit' | 'grey' | 'enc-lossless';
  /** Rows and columns of tiles, at most 31: libheif reads up to 1,000 references. */
  readonly grid: number;
}

export function writeHeic({ tile, grid }: HeicGenes): Buffer {
  const file = readFileSync(path.join(FIXTURES, `${tile}.heic`));
  return inGrid(file, { ...TILE, grid }, { coding: HEVC });
}
