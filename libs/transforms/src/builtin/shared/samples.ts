import type { AnyPixels } from '../../bound-transform.ts';

type Samples = AnyPixels['data'];

/** The value of a full sample: 255, or 65,535 in 16 bits. */
export function fullSample(data: Samples): 255 | 65_535 {
  return data instanceof Uint16Array ? 65_535 : 255;
}

/** Samples of the same depth, all zero. */
function emptySamples(data: Samples, length: number): Samples {
  return data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/** Luma of each pixel (Rec. 709, of the values as they are coded), in the depth of the pixels. Grey stays as it is. */
export function lumaOf({ data, channels }: Pick<AnyPixels, 'data' | 'channels'>): Samples {
  const luma = emptySamples(data, data.length / channels);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel += 1, at += channels) {
    const red = data[at] ?? 0;
    const green = data[at + 1] ?? 0;
    const blue = data[at + 2] ?? 0;
    luma[pixel] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  }
  return luma;
}
