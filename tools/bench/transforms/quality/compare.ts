import { ssim } from 'ssim.js';

/** 8-bit RGB pixels, row by row. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** How near a picture is to its reference. */
export interface Quality {
  /** Mean structural similarity of the luma, 1 for equal pictures (ssim.js, `bezkrovny`). */
  readonly ssim: number;
  /** Peak signal-to-noise ratio of all channels, dB; infinite for equal pictures. */
  readonly psnr: number;
}

/** ssim.js takes four channels. */
function withAlpha({ data, width, height }: Pixels): ImageData {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from] ?? 0;
    rgba[to + 1] = data[from + 1] ?? 0;
    rgba[to + 2] = data[from + 2] ?? 0;
  }
  return { data: rgba, width, height };
}

type ImageData = Parameters<typeof ssim>[0];

function psnr(one: Uint8Array, other: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < one.length; i += 1) {
    const step = (one[i] ?? 0) - (other[i] ?? 0);
    squares += step * step;
  }
  return squares === 0 ? Infinity : 10 * Math.log10((255 * 255 * one.length) / squares);
}

/** @throws RangeError when the sizes differ */
export function compare(one: Pixels, other: Pixels): Quality {
  if (one.width !== other.width || one.height !== other.height) {
    throw new RangeError(
      `${one.width}×${one.height} and ${other.width}×${other.height} pixels cannot be compared`,
    );
  }
  const { mssim } = ssim(withAlpha(one), withAlpha(other), {
    ssim: 'bezkrovny',
    downsample: false,
  });
  return { ssim: mssim, psnr: psnr(one.data, other.data) };
}
