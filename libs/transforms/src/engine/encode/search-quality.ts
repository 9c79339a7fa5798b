import sharp from 'sharp';
import type { EncodeOptions } from '../../builtin/encode.ts';
import { setEncoder } from '../../builtin/encoders/encodings.ts';
import { BEST_QUALITY, LEAST_QUALITY } from '../../builtin/encoders/shared-options.ts';
import { type Encodable, encodeOnce } from './encode-once.ts';
import type { Attempt } from './fit-bytes.ts';
import { similarity, mosaicOf, type OpaquePixels, opaquePixels } from './similarity.ts';

/** The most files of the whole picture that are written to check and put right what the mosaic tells. */
const CHECKS = 4;

/** Decodes a file of ours as it is seen: colours as they stand there, since they are compared with what was written. */
function decodedPixels(bytes: Buffer): Promise<OpaquePixels> {
  return opaquePixels(sharp(bytes, { ignoreIcc: true, pages: -1, limitInputPixels: false }));
}

/** Tells the likeness of a quality by the mosaic; each is encoded once. */
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

/** The lowest quality that is predicted to be as good; the best where none is. */
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
 * Looks for the lowest quality whose file has the likeness `wanted`: on a mosaic of tiles first, then by the whole
 * file, whose likeness tells how far the mosaic is off. Where no quality is as good, it is the best.
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
    // libwebp joins equal frames of an animation, after which the two cannot be laid side by side.
    const isSame = file.width === original.width && file.height === original.height;
    const found = isSame ? similarity(original, file) : await predict(quality);
    if (found >= wanted || quality === BEST_QUALITY) good = tried;
    else bad = quality;
    const corrected = await lowest(predict, wanted + (await predict(quality)) - found);
    // Steps up grow, so that few are enough where the mosaic stays wrong.
    quality = good
      ? Math.max(bad + 1, Math.min(corrected, good.quality))
      : Math.min(BEST_QUALITY, Math.max(corrected, bad + 2 ** check));
    if (quality === good?.quality) break;
  }
  return good ?? { quality: BEST_QUALITY, file: await encodeOnce(picture, options, BEST_QUALITY) };
}
