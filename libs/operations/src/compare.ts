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
import {
  type BucketOptions,
  type BucketPair,
  bucketPairOf,
  type InventoryOptions,
} from './listing.ts';
import { type InventoryPosition, inventoryPages, inventoryPositionSchema } from './inventory.ts';
import { bucketPages, type Pages, type WalkPosition, walkPositionSchema } from './position.ts';
import { OperationError } from './operation-error.ts';

/** Example keys for each kind. */
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
  /** Width × height × pages of the sources whose manifest contains them. */
  pixels: count,
  /** Of the sources with unknown pixels. */
  bytesOfUnknown: count,
  requests: requestsSchema,
  examples: z.array(z.string()),
});

export const tallySchema = z.record(z.enum(KINDS), kindTallySchema);

/** The findings of a walk so far, by kind. */
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

/** Assumptions of the estimate. The function's logs and dashboard give better figures for your uploads. */
export interface Assumptions {
  /**
   * Processor time for one megapixel of the source and all its variants, milliseconds. Default 50: a 12-megapixel JPEG
   * and eight outputs of up to 1,920 pixels in WebP and JPEG took 620 ms on one processor.
   */
  readonly msPerMegapixel?: number;
  /**
   * The function's time for one request to S3, milliseconds. Default 50: "small object latencies of roughly 100–200
   * milliseconds" (Amazon S3 user guide, "Performance design patterns"), and the function encodes during writes.
   */
  readonly msPerRequest?: number;
  /**
   * Megapixels per megabyte (10⁶ bytes) of an upload without a manifest. Default: the average of the uploads that have
   * one; without any, 3, as in a camera's JPEG.
   */
  readonly megapixelsPerMegabyte?: number;
}

export interface Estimate {
  /** Requests of the handler to S3. */
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
 * The cost to repair all keys of a tally. It is an upper bound, because a rejected upload costs less:
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

/** A receive or delete request handles at most ten messages (Amazon SQS API reference), also for larger batches. */
function sqsRequests(messages: number, batchSize: number): number {
  return Math.ceil(messages / 10) + 2 * Math.ceil(messages / Math.min(10, batchSize));
}

/** Adds the defaults, and the megapixels per megabyte of this bucket's manifests. */
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

const comparePositionSchema = z.strictObject({
  walk: z.union([walkPositionSchema, inventoryPositionSchema]),
  tally: tallySchema,
});

/** A position with the findings so far. JSON, a few kilobytes. */
export type ComparePosition = z.output<typeof comparePositionSchema>;

/** @throws OperationError `INVALID_POSITION` */
function checkComparePosition<Position>(input: unknown, pages: Pages<Position>) {
  const { success, data, error } = comparePositionSchema.safeParse(input);
  if (!success)
    throw new OperationError('INVALID_POSITION', 'This is not a saved position of a comparison', {
      cause: error,
    });
  return { ...data, walk: pages.check(data.walk) };
}

export interface CompareRun {
  readonly assumptions?: Assumptions;
  /** The `position` from which to resume an earlier run. */
  readonly position?: unknown;
  /** Called after each page of up to 500 keys. */
  readonly onProgress?: (progress: CompareProgress) => void;
  /** Ends the run after the current page. */
  readonly signal?: AbortSignal;
}

export type CompareOptions = BucketOptions &
  CompareRun &
  InventoryOptions & { readonly settings: Settings };

export interface CompareProgress {
  /** Sources, and folders without a source, that have been compared, including earlier runs. */
  readonly compared: number;
  readonly position: ComparePosition;
}

export interface Comparison {
  readonly kinds: Readonly<Record<Kind, ComparedKind>>;
  /** Set if the signal ended the run: the figures cover the keys before this position. */
  readonly position?: ComparePosition;
}

export interface ComparedKind {
  readonly keys: number;
  /** Of their sources. */
  readonly bytes: number;
  /** Cost to repair them; zero for kinds that a message does not repair. */
  readonly estimate: Estimate;
  /** Up to ten of the keys; for `leftover`, folders. */
  readonly examples: readonly string[];
}

/**
 * Compares the uploads with their outputs and the recipes, and changes nothing. It lists both buckets once, in pages,
 * and reads one manifest for each upload that has one. Memory does not grow with the size of the buckets.
 *
 * @throws OperationError `INVALID_POSITION`; errors of S3 as the SDK throws them
 */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const buckets = bucketPairOf(options);
  const { s3, inventory, settings } = options;
  return inventory === undefined
    ? compareBuckets(buckets, settings, options)
    : comparePages(await inventoryPages(s3, inventory, buckets), settings, options);
}

export function compareBuckets(
  buckets: BucketPair,
  settings: Pick<Settings, 'function' | 'queue'>,
  run: CompareRun,
): Promise<Comparison> {
  return comparePages(bucketPages(buckets), settings, run);
}

async function comparePages<Position extends WalkPosition | InventoryPosition>(
  pages: Pages<Position>,
  settings: Pick<Settings, 'function' | 'queue'>,
  { assumptions = {}, position, onProgress, signal }: CompareRun,
): Promise<Comparison> {
  const from =
    position === undefined
      ? { walk: pages.start, tally: emptyTally() }
      : checkComparePosition(position, pages);
  const tally = structuredClone(from.tally);
  let at = from.walk;
  for await (const { entries, end } of pages.walk(at)) {
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
