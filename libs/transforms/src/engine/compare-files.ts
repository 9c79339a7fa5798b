import sharp from 'sharp';
import { opaquePixels, similarity } from './encode/similarity.ts';

/**
 * Structural similarity of the first frames of two encoded pictures, 1 for equal ones. The second picture is scaled to the
 * size of the first. Left out for pictures that are smaller than one window of the comparison, 11 pixels.
 */
export async function compareFiles(
  one: Uint8Array,
  other: Uint8Array,
): Promise<number | undefined> {
  const first = await opaquePixels(sharp(one));
  if (Math.min(first.width, first.height) < 11) return undefined;
  const { width, height } = first;
  return similarity(first, await opaquePixels(sharp(other).resize({ width, height, fit: 'fill' })));
}

/** Largest difference of two aspect ratios that rounding to whole pixels explains. */
const RATIO_TOLERANCE = 0.02;

/**
 * Structural similarity of the first frames of an output and its source, scaled to the size of the output. Left out for
 * an output of another shape, which does not show the whole source, and for a very small one.
 */
export async function compareWithSource(
  output: Uint8Array,
  source: Uint8Array,
): Promise<number | undefined> {
  const [made, original] = await Promise.all([
    sharp(output).metadata(),
    sharp(source).autoOrient().metadata(),
  ]);
  const { width, height } = original.autoOrient;
  const ratio = made.autoOrient.width / made.autoOrient.height / (width / height);
  if (Math.abs(ratio - 1) > RATIO_TOLERANCE) return undefined;
  return compareFiles(
    output,
    await sharp(source).autoOrient().toColourspace('srgb').png({ compressionLevel: 0 }).toBuffer(),
  );
}
