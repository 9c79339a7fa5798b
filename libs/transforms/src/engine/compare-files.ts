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
