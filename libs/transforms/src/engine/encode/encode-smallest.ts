import type { EncodeOptions } from '../../builtin/encode.ts';
import { maxBytesOf, wantedQuality } from '../../builtin/encoders/encodings.ts';
import { type Encodable, type EncodedFile, encodeOnce } from './encode-once.ts';
import { fitBytes, TooManyBytes, type Attempt } from './fit-bytes.ts';

/** Loads the search and its measure when a variant first asks for them. */
async function withSimilarity(
  picture: Encodable,
  options: EncodeOptions,
  wanted: number,
): Promise<Attempt> {
  const { encodeWithSimilarity } = await import('./search-quality.ts');
  return encodeWithSimilarity(picture, options, wanted);
}

/** Encodes with one set of options. @throws TooManyBytes */
async function encodeAs(picture: Encodable, options: EncodeOptions): Promise<EncodedFile> {
  const quality = wantedQuality(options, picture.longerSide);
  const tried: Attempt =
    typeof quality === 'object'
      ? await withSimilarity(picture, options, quality.ssim)
      : { quality, file: await encodeOnce(picture, options, quality) };
  const maxBytes = maxBytesOf(options);
  const fits = maxBytes === undefined || tried.file.bytes.length <= maxBytes;
  return fits ? tried.file : fitBytes(picture, options, tried, maxBytes);
}

/**
 * Encodes with each set of options and returns the smallest file; the first one if sizes are equal. A file that exceeds
 * its `maxBytes` counts only if its options allow that, and no other file fits.
 * @throws TooManyBytes if no file fits
 */
export async function encodeSmallest(
  picture: Encodable,
  encodings: readonly EncodeOptions[],
): Promise<EncodedFile> {
  let smallest: EncodedFile | undefined;
  const tooLarge: TooManyBytes[] = [];
  for (const options of encodings) {
    try {
      const file = await encodeAs(picture, options);
      if (!smallest || file.bytes.length < smallest.bytes.length) smallest = file;
    } catch (cause) {
      if (!(cause instanceof TooManyBytes)) throw cause;
      tooLarge.push(cause);
    }
  }
  if (smallest) return smallest;
  const [exceeding] = tooLarge
    .flatMap((error) => error.smallest ?? [])
    .sort((a, b) => a.bytes.length - b.bytes.length);
  if (exceeding) return exceeding;
  throw new TooManyBytes(tooLarge.map(({ message }) => message).join('; '), undefined);
}
