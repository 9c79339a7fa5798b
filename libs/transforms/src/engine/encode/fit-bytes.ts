import type { EncodeOptions } from '../../builtin/encode.ts';
import { mayExceed } from '../../builtin/encoders/encodings.ts';
import { LEAST_QUALITY } from '../../builtin/encoders/shared-options.ts';
import { NotApplicableError } from '../../image-error.ts';
import { type Encodable, type EncodedFile, encodeOnce } from './encode-once.ts';

/** Even the lowest quality exceeds `maxBytes`. */
export class TooManyBytes extends NotApplicableError {
  readonly smallest: EncodedFile | undefined;

  /** @param smallest the file to use all the same, if the options allow it */
  constructor(message: string, smallest: EncodedFile | undefined) {
    super(message);
    this.smallest = smallest;
  }
}

/** An encoded file and its quality. */
export interface Attempt {
  readonly quality: number;
  readonly file: EncodedFile;
}

/** Maximum number of files between the first one, which is too large, and the one of quality 1. */
const SEARCH = 6;
/** Approximate growth of log(size) per step of quality, around quality 60, in all lossy formats. */
const SLOPE = 0.02;
/** Number of guesses by interpolation of known sizes; after them the search is binary. */
const GUESSES = 3;

const size = ({ file }: Attempt) => file.bytes.length;

function guess(over: Attempt, fits: Attempt | undefined, maxBytes: number): number {
  const slope = fits ? Math.log(size(over) / size(fits)) / (over.quality - fits.quality) : SLOPE;
  return Math.floor(over.quality - Math.log(size(over) / maxBytes) / Math.max(slope, SLOPE / 10));
}

/** The quality to try next, between the two. */
function between(
  over: Attempt,
  fits: Attempt | undefined,
  maxBytes: number,
  tries: number,
): number {
  const lowest = (fits?.quality ?? 0) + 1;
  const highest = over.quality - 1;
  const wanted = tries < GUESSES ? guess(over, fits, maxBytes) : Math.ceil((lowest + highest) / 2);
  return Math.max(lowest, Math.min(highest, wanted));
}

/**
 * Searches the best quality below the quality of a file that is too large.
 * @throws TooManyBytes
 */
export async function fitBytes(
  picture: Encodable,
  options: EncodeOptions,
  tooLarge: Attempt,
  maxBytes: number,
): Promise<EncodedFile> {
  let over = tooLarge;
  let fits: Attempt | undefined;
  const attempt = async (quality: number) => {
    const tried = { quality, file: await encodeOnce(picture, options, quality) };
    if (size(tried) <= maxBytes) fits = tried;
    else over = tried;
  };
  for (let tries = 0; tries < SEARCH && over.quality - (fits?.quality ?? 0) > 1; tries++) {
    await attempt(between(over, fits, maxBytes, tries));
  }
  if (!fits && over.quality > LEAST_QUALITY) await attempt(LEAST_QUALITY);
  if (!fits) {
    const least = `${options.format} takes ${size(over)} bytes even at quality ${LEAST_QUALITY}`;
    const smallest = mayExceed(options) ? over.file : undefined;
    throw new TooManyBytes(`${least}, and maxBytes is ${maxBytes}`, smallest);
  }
  return fits.file;
}
