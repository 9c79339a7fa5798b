import { type Frame, rawFrame } from './picture.ts';

/** Pixels of a frame up to which plain means take less time than a pipeline of sharp. */
const MOST = 300_000;

/** Reduces a small opaque frame to the means of its parts. `undefined`: the frame needs sharp. */
export function meanPixels(
  { width, height, channels, data }: Frame,
  to: { readonly width: number; readonly height: number },
): Frame | undefined {
  if (data instanceof Uint16Array || channels !== 3 || data.length !== width * height * 3) {
    return undefined;
  }
  if (width * height > MOST || to.width > width || to.height > height) return undefined;
  const means = Buffer.alloc(to.width * to.height * 3);
  for (let y = 0, at = 0; y < to.height; y += 1) {
    const top = Math.floor((y * height) / to.height);
    const bottom = Math.floor(((y + 1) * height) / to.height);
    for (let x = 0; x < to.width; x += 1, at += 3) {
      const left = Math.floor((x * width) / to.width);
      const right = Math.floor(((x + 1) * width) / to.width);
      let r = 0;
      let g = 0;
      let b = 0;
      for (let row = top; row < bottom; row += 1) {
        const end = (row * width + right) * 3;
        for (let from = (row * width + left) * 3; from < end; from += 3) {
          r += data[from]!;
          g += data[from + 1]!;
          b += data[from + 2]!;
        }
      }
      const pixels = (bottom - top) * (right - left);
      means[at] = Math.round(r / pixels);
      means[at + 1] = Math.round(g / pixels);
      means[at + 2] = Math.round(b / pixels);
    }
  }
  return rawFrame(means, { ...to, channels });
}
