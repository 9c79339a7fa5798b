import type { Sharp } from 'sharp';
import { ssim } from 'ssim.js';

/** RGBA pixels, 8 bits, opaque. */
export interface OpaquePixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Side of the compared windows, pixels; the default of ssim.js. */
const WINDOW = 11;
/** Rows per comparison: ssim.js converts them to lists of numbers, which take much memory. */
const STRIP = 16 * WINDOW;

/** Flattens a picture on grey, where both black and white are visible. */
export async function opaquePixels(image: Sharp): Promise<OpaquePixels> {
  const { data, info } = await image
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function strip({ data, width, height }: OpaquePixels, top: number) {
  const rows = Math.min(STRIP, height - top);
  const start = top * width * 4;
  return {
    data: new Uint8ClampedArray(data.subarray(start, start + rows * width * 4)),
    width,
    height: rows,
  };
}

/** Structural similarity of two pictures of the same size; 1 means equal. */
export function similarity(one: OpaquePixels, other: OpaquePixels): number {
  let [sum, windows] = [0, 0];
  for (let top = 0; top < one.height; top += STRIP) {
    const { ssim_map: map } = ssim(strip(one, top), strip(other, top), {
      ssim: 'bezkrovny',
      windowSize: WINDOW,
      downsample: false,
    });
    sum += map.data.reduce((total, value) => total + value, 0);
    windows += map.data.length;
  }
  return sum / windows;
}

const TILE = 128;
/** Columns and rows of tiles, the squarest that fits first. */
const GRIDS = [
  [4, 4],
  [8, 2],
  [2, 8],
  [16, 1],
  [1, 16],
] as const;
/** Maximum block size of the encoders, pixels. A tile that starts at a block is encoded as in the whole picture. */
const BLOCK = 16;
/** Pictures with fewer pixels than two mosaics are used whole. */
const SMALL = 2 * 16 * TILE * TILE;

/** Where tile `index` of `count` begins along a side, pixels. */
function offset(index: number, count: number, side: number): number {
  const even = count === 1 ? (side - TILE) / 2 : (index * (side - TILE)) / (count - 1);
  return Math.floor(even / BLOCK) * BLOCK;
}

/** Builds a mosaic of 16 tiles from all parts of the picture. It compresses like the whole picture. */
export function mosaicOf(picture: OpaquePixels): OpaquePixels {
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
