import type { StepContext } from '../define-transform.ts';
import type { Mark, MarkSize } from './mark.ts';

async function draw(
  file: Uint8Array,
  opacity: number,
  { width, most, angle }: MarkSize,
  createImage: StepContext['createImage'],
): Promise<Mark> {
  // Multiplies the mark's own alpha, everywhere.
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

/** A mark of a picture in a file. */
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
  // A turned mark takes more room than it did. One pixel less, since a turned size is rounded.
  const [narrower, lower] = [width, most.height].map((side) =>
    Math.max(1, Math.floor(side * share) - 1),
  );
  const fitting = { ...size, width: narrower ?? 1, most: { ...most, height: lower ?? 1 } };
  return draw(file, opacity, fitting, createImage);
}
