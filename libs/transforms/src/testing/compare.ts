import sharp from 'sharp';

/** Difference of two pictures. */
interface Difference {
  /** Mean over all channels, steps of 255. */
  readonly mean: number;
  /** Peak signal-to-noise ratio, dB; infinite for equal pictures. */
  readonly psnr: number;
  readonly largest: number;
}

async function pixels(file: Uint8Array) {
  // Colours count in proportion to their alpha.
  const { data, info } = await sharp(file, { limitInputPixels: false })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? 255;
    if (alpha === 255) continue;
    for (let band = 0; band < 3; band++) data[i + band] = ((data[i + band] ?? 0) * alpha) / 255;
  }
  return { data, info };
}

/**
 * Compares two files' pixels.
 * @throws Error when their sizes differ
 */
export async function difference(one: Uint8Array, other: Uint8Array): Promise<Difference> {
  const [a, b] = await Promise.all([pixels(one), pixels(other)]);
  const size = ({ info }: typeof a) => `${info.width}×${info.height}`;
  if (size(a) !== size(b)) throw new Error(`sizes differ: ${size(a)} and ${size(b)}`);
  let [sum, squares, largest] = [0, 0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const step = Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
    sum += step;
    squares += step * step;
    largest = Math.max(largest, step);
  }
  const count = a.data.length;
  return {
    mean: sum / count,
    psnr: squares === 0 ? Infinity : 10 * Math.log10((255 * 255 * count) / squares),
    largest,
  };
}
