import { imagesAtOnce, type Settings } from '@darkroom/pipeline';
import type { KindTally, Tally } from './tally.ts';
import { countRequests, type Requests } from './requests.ts';

/** What the estimate takes for granted; better figures of your own come from the function's logs and its dashboard. */
export interface Assumptions {
  /**
   * Processor time for one megapixel of the source and all its variants, milliseconds. Default 50: a 12-megapixel JPEG
   * and eight outputs of up to 1,920 pixels in WebP and JPEG took 620 ms on one processor.
   */
  readonly msPerMegapixel?: number;
  /**
   * Of the function's time for one request to S3, milliseconds. Default 50: "small object latencies of roughly 100–200
   * milliseconds" (Amazon S3 user guide, "Performance design patterns"), and outputs are put while others are encoded.
   */
  readonly msPerRequest?: number;
  /**
   * Megapixels in a megabyte (10⁶ bytes) of an upload that has not been read yet. Default: as with the uploads of this
   * bucket that have a manifest; where none has, 3, a camera's JPEG.
   */
  readonly megapixelsPerMegabyte?: number;
}

export interface Estimate {
  /** To S3, by the handler. */
  readonly s3: Requests;
  /** To SQS: messages are sent ten at a time, and each batch is received once and deleted once. */
  readonly sqs: number;
  /** Of the sources. */
  readonly megapixels: number;
  /** Of the function. */
  readonly gbSeconds: number;
}

const DEFAULTS = { msPerMegapixel: 50, msPerRequest: 50, megapixelsPerMegabyte: 3 };
const FULL_PROCESSOR_MIB = 1769;

/**
 * What it takes to mend all keys of a tally, an upper bound in that an upload that is rejected costs less:
 *
 *     megapixels = (pixels known + bytes of the others × megapixelsPerMegabyte) / 10⁶
 *     seconds    = (requests × msPerRequest + megapixels × msPerMegapixel / min(1, memory / 1,769)) / 1,000
 *     GB-seconds = seconds × memory / 1,024 / images that the function works on at once
 */
export function estimate(
  tally: KindTally,
  { function: { memory }, queue: { batchSize } }: Pick<Settings, 'function' | 'queue'>,
  assumptions: Required<Assumptions>,
): Estimate {
  const { msPerMegapixel, msPerRequest, megapixelsPerMegabyte } = assumptions;
  const unknown = (tally.bytesOfUnknown / 1e6) * megapixelsPerMegabyte;
  const isWork = tally.requests.put > 0;
  const megapixels = isWork ? tally.pixels / 1e6 + unknown : 0;
  const processors = Math.min(1, memory / FULL_PROCESSOR_MIB);
  const requests = countRequests(tally.requests);
  const seconds = (requests * msPerRequest + (megapixels * msPerMegapixel) / processors) / 1000;
  return {
    s3: tally.requests,
    sqs: requests === 0 ? 0 : sqsRequests(tally.keys, batchSize),
    megapixels,
    gbSeconds: (seconds * (memory / 1024)) / imagesAtOnce(memory),
  };
}

/** A receive or a delete takes at most ten messages (Amazon SQS API reference), however large a batch of the function. */
function sqsRequests(messages: number, batchSize: number): number {
  return Math.ceil(messages / 10) + 2 * Math.ceil(messages / Math.min(10, batchSize));
}

/** Defaults, and the megapixels of a megabyte as they were found in this bucket. */
export function completeAssumptions(assumptions: Assumptions, tally: Tally): Required<Assumptions> {
  let pixels = 0;
  let bytes = 0;
  for (const kind of Object.values(tally)) {
    pixels += kind.pixels;
    bytes += kind.bytes - kind.bytesOfUnknown;
  }
  return {
    ...DEFAULTS,
    ...(bytes > 0 && { megapixelsPerMegabyte: pixels / bytes }),
    ...assumptions,
  };
}
