import type { Sharp } from 'sharp';
import { ssim } from 'ssim.js';

/** Pixels as they are seen: RGBA, 8 bits, opaque. */
export interface OpaquePixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Side of the windows that are compared, pixels: ssim.js's own. */
const WINDOW = 11;
/** Rows that are compared at a time, since ssim.js makes lists of numbers of them. */
const STRIP = 16 * WINDOW;

/** What a picture looks like; on grey where it is transparent, since both black and white show on it. */
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

/** Structural similarity of two pictures of one size: 1 is equal. */
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
