import sharp, { type OutputInfo } from 'sharp';

/** 8-bit RGB, row by row, as displayed. */
export interface Scene {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws soft colours, which JPEG and WebP change little, and a dark mark near the top left corner, which distinguishes
 * rotated and mirrored images. Another seed gives another image.
 */
export function scene(width = 64, height = 48, seed = 1): Scene {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const isMark = u > 0.05 && u < 0.3 && v > 0.1 && v < 0.3;
      const colour = isMark
        ? [30, 20, 60]
        : [90 + 120 * u, 200 - 140 * v, 60 + ((seed * 37) % 120) + 60 * u * v];
      colour.forEach((channel, band) => (data[(y * width + x) * 3 + band] = Math.round(channel)));
    }
  }
  return { data, width, height };
}

export function open({ data, width, height }: Scene) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export interface PictureOptions {
  /** Pixels; default 64×48. */
  readonly width?: number;
  readonly height?: number;
  readonly seed?: number;
  readonly format?: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';
}

/** The same options give the same bytes. */
export function picture({ width, height, seed, format = 'jpeg' }: PictureOptions = {}) {
  return open(scene(width, height, seed))
    .toFormat(format)
    .toBuffer();
}

/**
 * Places of the stored row 0 and column 0 in the displayed image (Exif 2.32, tag 0x0112, Orientation): whether the axes
 * are swapped, and whether each axis is mirrored.
 */
const ORIENTATIONS: Readonly<Record<number, { swap: boolean; x: boolean; y: boolean }>> = {
  1: { swap: false, x: false, y: false }, // top, left
  2: { swap: false, x: true, y: false }, // top, right
  3: { swap: false, x: true, y: true }, // bottom, right
  4: { swap: false, x: false, y: true }, // bottom, left
  5: { swap: true, x: false, y: false }, // left, top
  6: { swap: true, x: true, y: false }, // right, top
  7: { swap: true, x: true, y: true }, // right, bottom
  8: { swap: true, x: false, y: true }, // left, bottom
};

/** The scene as a camera in this orientation stores it, with its tag. */
export function heldPicture(upright: Scene, orientation: number): Promise<Buffer> {
  const { swap, x: mirrorX, y: mirrorY } = ORIENTATIONS[orientation] ?? {};
  const [width, height] = swap ? [upright.height, upright.width] : [upright.width, upright.height];
  const data = Buffer.alloc(upright.data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [a, b] = swap ? [row, column] : [column, row];
      const x = mirrorX ? upright.width - 1 - a : a;
      const y = mirrorY ? upright.height - 1 - b : b;
      upright.data.copy(
        data,
        (row * width + column) * 3,
        (y * upright.width + x) * 3,
        (y * upright.width + x) * 3 + 3,
      );
    }
  }
  return open({ data, width, height })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .withMetadata({ orientation })
    .toBuffer();
}

/** The stored pixels of a file, without its orientation and profile. */
export function stored(file: Uint8Array): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(file, { ignoreIcc: true }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
}

/** Mean difference of two pictures of one size, steps of 255. */
export function difference(a: Buffer, b: Buffer): number {
  if (a.length !== b.length) throw new Error(`sizes differ: ${a.length} and ${b.length} bytes`);
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}
