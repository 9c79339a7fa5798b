import { imagesAtOnce, type Settings } from '@darkroom/pipeline';
import * as z from 'zod';
import {
  addRequests,
  countRequests,
  type Finding,
  type Kind,
  KINDS,
  NO_REQUESTS,
  type Requests,
} from './judge.ts';
import { type BucketOptions, type BucketPair, bucketPairOf } from './listing.ts';
import { checkPosition, startOf, walk, walkPositionSchema } from './position.ts';
import { OperationError } from './operation-error.ts';

/** Keys of one kind that are named, so that a person sees what is meant. */
const MAX_EXAMPLES = 10;

const count = z.int().min(0);
const requestsSchema = z.strictObject({
  list: count,
  get: count,
  put: count,
  head: count,
  delete: count,
}) satisfies z.ZodType<Requests>;

const kindTallySchema = z.strictObject({
  keys: count,
  /** Of the sources. */
  bytes: count,
  /** Width × height × pages of the sources whose manifest tells. */
  pixels: count,
  /** Of the sources whose manifest does not tell. */
  bytesOfUnknown: count,
  requests: requestsSchema,
  examples: z.array(z.string()),
});

export const tallySchema = z.record(z.enum(KINDS), kindTallySchema);

/** What a walk has found until now, by kind. */
export type Tally = z.output<typeof tallySchema>;
export type KindTally = Tally[Kind];

export function emptyTally(): Tally {
  const none = { keys: 0, bytes: 0, pixels: 0, bytesOfUnknown: 0, requests: NO_REQUESTS };
  const kinds = KINDS.map((kind) => [kind, { ...none, examples: [] }] as const);
  return Object.fromEntries(kinds) as unknown as Tally;
}

export function addFinding(tally: Tally, finding: Finding): void {
  const { kind, key, bytes, pixels, requests } = finding;
  const before = tally[kind];
  tally[kind] = {
    keys: before.keys + 1,
    bytes: before.bytes + bytes,
    pixels: before.pixels + (pixels ?? 0),
    bytesOfUnknown: before.bytesOfUnknown + (pixels === undefined ? bytes : 0),
    requests: addRequests(before.requests, requests),
    examples: before.keys < MAX_EXAMPLES ? [...before.examples, key] : before.examples,
  };
}

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

const comparePositionSchema = z.strictObject({ walk: walkPositionSchema, tally: tallySchema });

/** Where a plan goes on, with what it had found. JSON, a few kilobytes. */
export type ComparePosition = z.output<typeof comparePositionSchema>;

/** @throws OperationError `INVALID_POSITION` */
export function checkComparePosition(input: unknown, buckets: BucketPair): ComparePosition {
  const { success, data, error } = comparePositionSchema.safeParse(input);
  if (!success)
    throw new OperationError('INVALID_POSITION', 'This is not a saved position of a comparison', {
      cause: error,
    });
  return { ...data, walk: checkPosition(data.walk, buckets) };
}

export interface CompareRun {
  readonly assumptions?: Assumptions;
  /** A `position` of an earlier run, to go on there. */
  readonly position?: unknown;
  /** After each page of up to 500 keys: what to save, and what to show. */
  readonly onProgress?: (progress: CompareProgress) => void;
  /** Ends the run after the page that is under way. */
  readonly signal?: AbortSignal;
}

export type CompareOptions = BucketOptions & CompareRun & { readonly settings: Settings };

export interface CompareProgress {
  /** Sources, and folders without one, that have been compared, those before `position` included. */
  readonly compared: number;
  readonly position: ComparePosition;
}

export interface Comparison {
  readonly kinds: Readonly<Record<Kind, ComparedKind>>;
  /** Where to go on, when the signal has ended the run: the figures are those until there. */
  readonly position?: ComparePosition;
}

export interface ComparedKind {
  readonly keys: number;
  /** Of their sources. */
  readonly bytes: number;
  /** To mend them; of nothing for what no message mends. */
  readonly estimate: Estimate;
  /** Up to ten of the keys; of `leftover` the folders. */
  readonly examples: readonly string[];
}

/**
 * Compares the uploads with their outputs and the recipes, and changes nothing. Both buckets are listed once, in pages,
 * and one manifest is read for each upload that has one: a bucket of any size takes the same memory.
 *
 * @throws OperationError `INVALID_POSITION`; errors of S3 as the SDK throws them
 */
export function compare(options: CompareOptions): Promise<Comparison> {
  return compareBuckets(bucketPairOf(options), options.settings, options);
}

export async function compareBuckets(
  buckets: BucketPair,
  settings: Pick<Settings, 'function' | 'queue'>,
  { assumptions = {}, position, onProgress, signal }: CompareRun,
): Promise<Comparison> {
  const from =
    position === undefined
      ? { walk: startOf(buckets), tally: emptyTally() }
      : checkComparePosition(position, buckets);
  const tally = structuredClone(from.tally);
  let at = from.walk;
  for await (const { entries, end } of walk(buckets, at)) {
    for (const finding of entries.flatMap(({ findings }) => findings)) addFinding(tally, finding);
    at = end;
    onProgress?.({
      compared: compared(tally),
      position: { walk: at, tally: structuredClone(tally) },
    });
    if (signal?.aborted)
      return { ...summary(tally, settings, assumptions), position: { walk: at, tally } };
  }
  return summary(tally, settings, assumptions);
}

function compared(tally: Tally): number {
  return KINDS.reduce((sum, kind) => sum + tally[kind].keys, 0);
}

function summary(
  tally: Tally,
  settings: Pick<Settings, 'function' | 'queue'>,
  assumptions: Assumptions,
): Comparison {
  const complete = completeAssumptions(assumptions, tally);
  const kinds = KINDS.map((kind) => {
    const { keys, bytes, examples } = tally[kind];
    const planned = { keys, bytes, examples, estimate: estimate(tally[kind], settings, complete) };
    return [kind, planned] as const;
  });
  return { kinds: Object.fromEntries(kinds) as unknown as Comparison['kinds'] };
}
