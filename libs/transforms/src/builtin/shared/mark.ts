import type { StepContext } from '../../bound-transform.ts';

async function draw(
  file: Uint8Array,
  opacity: number,
  { width, most, angle }: MarkSize,
  createImage: StepContext['createImage'],
): Promise<Mark> {
  // Multiplies the mark's own alpha.
  const veil = Buffer.from([255, 255, 255, Math.round(255 * opacity)]);
  const { data, info } = await createImage(file)
    .autoOrient()
    .resize({ width, height: most.height, fit: 'inside' })
    .rotate(angle, { background: 'transparent' })
    .ensureAlpha()
    .composite([
      { input: veil, raw: { width: 1, height: 1, channels: 4 }, tile: true, blend: 'dest-in' },
    ])
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Makes a mark from an image file. */
export async function imageMark(
  file: Uint8Array,
  opacity: number,
  size: MarkSize,
  createImage: StepContext['createImage'],
): Promise<Mark> {
  const { width, most } = size;
  const mark = await draw(file, opacity, size, createImage);
  const share = Math.min(most.width / mark.width, most.height / mark.height);
  if (share >= 1) return mark;
  // A rotated mark needs more space. Subtract one pixel, because the rotated size is rounded.
  const [narrower, lower] = [width, most.height].map((side) =>
    Math.max(1, Math.floor(side * share) - 1),
  );
  const fitting = { ...size, width: narrower ?? 1, most: { ...most, height: lower ?? 1 } };
  return draw(file, opacity, fitting, createImage);
}

/** A mark on a picture: RGBA pixels, row by row. */
export interface Mark {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Size of a mark, pixels. */
export interface MarkSize {
  /** Width before rotation. */
  readonly width: number;
  /** Maximum size after rotation. */
  readonly most: { readonly width: number; readonly height: number };
  /** Degrees, clockwise. */
  readonly angle: number;
}

/** Adds transparent pixels on the right and below, which separates repeated marks. */
export function withRoom(mark: Mark, right: number, bottom: number): Mark {
  const [width, height] = [mark.width + right, mark.height + bottom];
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < mark.height; y++) {
    mark.data.copy(data, y * width * 4, y * mark.width * 4, (y + 1) * mark.width * 4);
  }
  return { data, width, height };
}
