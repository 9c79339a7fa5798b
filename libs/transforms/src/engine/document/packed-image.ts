import { deflateSync } from 'node:zlib';
import type { Size } from '../../image-engine.ts';
import type { PageImage } from './page-image.ts';

/**
 * Black and white pixels for a PDF, one bit each. Smaller than Group 4 if the page is dithered.
 *
 * @param grey one byte for each, 0 is black
 */
export function packedImage(grey: Uint8Array, { width, height }: Size): PageImage {
  const bytes = Math.ceil(width / 8);
  const packed = new Uint8Array(bytes * height);
  grey.forEach((value, at) => {
    const x = at % width;
    const byte = ((at - x) / width) * bytes + (x >> 3);
    if (value > 0) packed[byte] = (packed[byte] ?? 0) | (0x80 >> (x & 7));
  });
  return {
    ...{ width, height, components: 1, bits: 1, filter: 'FlateDecode' },
    data: deflateSync(packed),
  };
}
