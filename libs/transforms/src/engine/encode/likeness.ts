import type { Sharp } from 'sharp';
import { ssim } from 'ssim.js';

/** Pixels as they are seen: RGBA, 8 bits, opaque. */
export interface Seen {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Side of the windows that are compared, pixels: ssim.js's own. */
const WINDOW = 11;
/** Rows that are compared at a time, since ssim.js makes lists of numbers of them. */
const STRIP = 16 * WINDOW;

/** What a picture looks like; on grey where it is transparent, since both black and white show on it. */
export async function seen(image: Sharp): Promise<Seen> {
  const { data, info } = await image
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function strip({ data, width, height }: Seen, top: number) {
  const rows = Math.min(STRIP, height - top);
  const start = top * width * 4;
  return {
    data: new Uint8ClampedArray(data.subarray(start, start + rows * width * 4)),
    width,
    height: rows,
  };
}

/** Structural similarity of two pictures of one size: 1 is equal. */
export function likeness(one: Seen, other: Seen): number {
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
