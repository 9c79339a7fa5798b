import sharp from 'sharp';
import type { EncodeOptions } from '../../builtin/encode.ts';
import { setEncoder } from '../../builtin/encoders/encodings.ts';
import { BEST_QUALITY, LEAST_QUALITY } from '../../builtin/encoders/shared-options.ts';
import { type Encodable, encodeOnce } from './encode-once.ts';
import type { Attempt } from './fit-bytes.ts';
import { similarity, mosaicOf, type OpaquePixels, opaquePixels } from './similarity.ts';

/** Maximum number of files of the whole picture that check and correct the estimate from the mosaic. */
const CHECKS = 4;

/** Decodes an encoded file without colour conversion, for comparison with the pixels before encoding. */
function decodedPixels(bytes: Buffer): Promise<OpaquePixels> {
  return opaquePixels(sharp(bytes, { ignoreIcc: true, pages: -1, limitInputPixels: false }));
}

/** Estimates the similarity for a quality on the mosaic. Encodes each quality once. */
function predictor(
  picture: OpaquePixels,
  options: EncodeOptions,
): (quality: number) => Promise<number> {
  const mosaic = mosaicOf(picture);
  const { data, width, height } = mosaic;
  const known = new Map<number, Promise<number>>();
  const measure = async (quality: number) => {
    const raw = { width, height, channels: 4 } as const;
    const image = sharp(data, { raw, limitInputPixels: false }).removeAlpha();
    const bytes = await setEncoder(image, options, { quality }).toBuffer();
    return similarity(mosaic, await decodedPixels(bytes));
  };
  return (quality) => {
    const similarity = known.get(quality) ?? measure(quality);
    known.set(quality, similarity);
    return similarity;
  };
}

/** Lowest quality whose predicted similarity is sufficient; the best quality if none is. */
async function lowest(
  predict: (quality: number) => Promise<number>,
  wanted: number,
): Promise<number> {
  let [low, high] = [LEAST_QUALITY, BEST_QUALITY];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await predict(middle)) >= wanted) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * Searches the lowest quality whose file has the similarity `wanted`: first on a mosaic of tiles, then on the whole file,
 * which corrects the estimate. If no quality is sufficient, uses the best quality.
 */
export async function encodeWithSimilarity(
  picture: Encodable,
  options: EncodeOptions,
  wanted: number,
): Promise<Attempt> {
  const original = await opaquePixels(picture.open());
  const predict = predictor(original, options);
  let good: Attempt | undefined;
  let bad = LEAST_QUALITY - 1;
  let quality = await lowest(predict, wanted);
  for (let check = 0; check < CHECKS; check++) {
    picture.signal?.throwIfAborted();
    const tried: Attempt = { quality, file: await encodeOnce(picture, options, quality) };
    const file = await decodedPixels(tried.file.bytes);
    // libwebp merges equal frames of an animation; the two then cannot be compared.
    const isSame = file.width === original.width && file.height === original.height;
    const found = isSame ? similarity(original, file) : await predict(quality);
    if (found >= wanted || quality === BEST_QUALITY) good = tried;
    else bad = quality;
    const corrected = await lowest(predict, wanted + (await predict(quality)) - found);
    // The steps double: a few are enough even if the mosaic stays wrong.
    quality = good
      ? Math.max(bad + 1, Math.min(corrected, good.quality))
      : Math.min(BEST_QUALITY, Math.max(corrected, bad + 2 ** check));
    if (quality === good?.quality) break;
  }
  return good ?? { quality: BEST_QUALITY, file: await encodeOnce(picture, options, BEST_QUALITY) };
}
