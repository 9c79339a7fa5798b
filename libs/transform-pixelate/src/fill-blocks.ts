import type { RawPixels } from '@darkroom/transforms';
import type { Region } from './regions.ts';

/** Mean colour of a block; transparent pixels count as much as they are seen. */
function meanOf({ data, width, channels }: RawPixels, block: Region): readonly number[] {
  const sums = [0, 0, 0];
  let alphas = 0;
  for (let y = block.top; y < block.top + block.height; y++) {
    let at = (y * width + block.left) * channels;
    for (let x = 0; x < block.width; x++, at += channels) {
      const alpha = channels === 4 ? (data[at + 3] ?? 0) : 255;
      alphas += alpha;
      for (let band = 0; band < 3; band++)
        sums[band] = (sums[band] ?? 0) + (data[at + band] ?? 0) * alpha;
    }
  }
  const mean = sums.map((sum) => (alphas === 0 ? 0 : Math.round(sum / alphas)));
  return [...mean, Math.round(alphas / (block.width * block.height))];
}

function fill(
  { data, width, channels }: RawPixels,
  block: Region,
  colour: readonly number[],
): void {
  const row = Uint8Array.from(
    { length: block.width * channels },
    (_, index) => colour[index % channels] ?? 0,
  );
  for (let y = block.top; y < block.top + block.height; y++) {
    data.set(row, (y * width + block.left) * channels);
  }
}

/** Replaces each block of a region by its mean colour, in place. `size` in pixels; blocks at the far edges are smaller. */
export function fillBlocks(pixels: RawPixels, region: Region, size: number): void {
  const right = region.left + region.width;
  const bottom = region.top + region.height;
  for (let top = region.top; top < bottom; top += size) {
    for (let left = region.left; left < right; left += size) {
      const block = {
        left,
        top,
        width: Math.min(size, right - left),
        height: Math.min(size, bottom - top),
      };
      fill(pixels, block, meanOf(pixels, block));
    }
  }
}
