import type { Seen } from './likeness.ts';

const TILE = 128;
/** Columns and rows of tiles, the squarest that fits first. */
const GRIDS = [
  [4, 4],
  [8, 2],
  [2, 8],
  [16, 1],
  [1, 16],
] as const;
/** Encoders work on blocks of up to so many pixels: a tile that begins with one is encoded as in the whole picture. */
const BLOCK = 16;
/** A picture of fewer pixels than two mosaics is its own. */
const SMALL = 2 * 16 * TILE * TILE;

/** Where tile `index` of `count` begins along a side, pixels. */
function offset(index: number, count: number, side: number): number {
  const even = count === 1 ? (side - TILE) / 2 : (index * (side - TILE)) / (count - 1);
  return Math.floor(even / BLOCK) * BLOCK;
}

/** 16 tiles from all over the picture: a small stand-in that compresses and suffers as the whole does. */
export function mosaicOf(picture: Seen): Seen {
  const { data, width, height } = picture;
  const grid = GRIDS.find(([x, y]) => x * TILE <= width && y * TILE <= height);
  if (!grid || width * height <= SMALL) return picture;
  const [columns, rows] = grid;
  const mosaic = Buffer.alloc(columns * rows * TILE * TILE * 4);
  const stride = columns * TILE * 4;
  for (let row = 0; row < rows * TILE; row++) {
    const y = offset(Math.floor(row / TILE), rows, height) + (row % TILE);
    for (let column = 0; column < columns; column++) {
      const from = (y * width + offset(column, columns, width)) * 4;
      data.copy(mosaic, row * stride + column * TILE * 4, from, from + TILE * 4);
    }
  }
  return { data: mosaic, width: columns * TILE, height: rows * TILE };
}
