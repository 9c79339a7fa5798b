import { imagesAtOnce } from '@darkroom/pipeline';
import type { Prices } from './prices.ts';

/** MiB of a function with one full vCPU (Lambda developer guide, "Configure Lambda function memory"). */
export const VCPU_MIB = 1769;
/** Most messages of one SQS request (SQS developer guide, "Message quotas"). */
export const MESSAGES_PER_REQUEST = 10;
const MIB_PER_GB = 1024;
const BYTES_PER_GB = 2 ** 30;
const MILLION = 1_000_000;
/** Size of a function without a price for `/tmp`, MiB. */
const FREE_EPHEMERAL_MIB = 512;

/** What one upload takes, measured or averaged over several uploads. */
export interface UploadUse {
  /** CPU seconds (user and system, all threads) on one full vCPU. */
  readonly cpuSeconds: number;
  /** Requests to S3: PUT and LIST. */
  readonly writes: number;
  /** Requests to S3: GET and HEAD. */
  readonly reads: number;
  readonly uploadBytes: number;
  readonly outputBytes: number;
  /** MiB that a function must have for this upload; of several uploads, the largest. */
  readonly memory: number;
}

/** The settings of a stack on which the cost depends. */
export interface CostSettings {
  /** MiB. */
  readonly memory: number;
  readonly architecture: 'arm64' | 'x86_64';
  /** MiB of `/tmp`. */
  readonly ephemeralStorage: number;
  /** Messages for one call, as they arrive on average: at most `queue.batchSize`. */
  readonly messagesPerCall: number;
  /** Whether a customer-managed KMS key encrypts the buckets. */
  readonly kms: boolean;
  /** Whether the stack sends outcome events. */
  readonly events: boolean;
}

/** Assumptions that no measurement on this machine provides. */
export interface CostAssumptions {
  /** Seconds that the function waits for one request to S3. */
  readonly secondsPerRequest: number;
  /** Bytes of the log lines of one upload. */
  readonly logBytes: number;
  /** Months for which uploads and outputs are stored. */
  readonly months: number;
  /** How often the internet downloads each upload's outputs from S3. */
  readonly downloads: number;
  /** Requests to KMS for each request to S3, with a customer-managed key. */
  readonly kmsPerRequest: number;
}

/**
 * - 0.05 s per request: "small object latencies of roughly 100–200 milliseconds" (S3 user guide, "Performance design
 *   patterns"), and the function encodes during writes. `compare` assumes the same.
 * - 1,000 bytes of logs: one JSON line per upload with its metrics.
 * - 0.01 requests to KMS: the buckets have bucket keys, which reduce the requests "by up to 99 percent" (S3 user guide,
 *   "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
 */
export const DEFAULT_ASSUMPTIONS: CostAssumptions = {
  secondsPerRequest: 0.05,
  logBytes: 1000,
  months: 1,
  downloads: 0,
  kmsPerRequest: 0.01,
};

/** @returns the average use; the memory is the maximum. Without uploads, all zero. */
export function averageUse(uses: readonly UploadUse[]): UploadUse {
  const mean = (of: (use: UploadUse) => number) =>
    uses.reduce((sum, use) => sum + of(use), 0) / Math.max(1, uses.length);
  return {
    cpuSeconds: mean(({ cpuSeconds }) => cpuSeconds),
    writes: mean(({ writes }) => writes),
    reads: mean(({ reads }) => reads),
    uploadBytes: mean(({ uploadBytes }) => uploadBytes),
    outputBytes: mean(({ outputBytes }) => outputBytes),
    memory: Math.max(0, ...uses.map(({ memory }) => memory)),
  };
}

/**
 * Seconds that one image occupies its place in the function. Lambda gives a function `memory / 1,769` vCPUs. One image
 * uses at most one of them, and its requests do not overlap with its own computation.
 *
 * @param memory of the function, MiB
 */
export function imageSeconds(
  { cpuSeconds, writes, reads }: UploadUse,
  memory: number,
  { secondsPerRequest }: Pick<CostAssumptions, 'secondsPerRequest'>,
): number {
  return cpuSeconds / Math.min(1, memory / VCPU_MIB) + (writes + reads) * secondsPerRequest;
}

/** The parts of the cost, US dollars per million uploads. */
export interface CostParts {
  readonly lambdaCompute: number;
  readonly lambdaCalls: number;
  readonly s3Writes: number;
  readonly s3Reads: number;
  readonly sqs: number;
  readonly kms: number;
  readonly logs: number;
  readonly events: number;
  readonly storage: number;
  readonly transfer: number;
}

export interface MemoryCost {
  /** MiB. */
  readonly memory: number;
  /** Seconds of one call with a full batch. */
  readonly callSeconds: number;
  /** GB-seconds per million uploads. */
  readonly gbSeconds: number;
  /** Compute and calls, US dollars per million uploads. */
  readonly dollars: number;
  /** Whether the function has enough memory for each of the measured uploads. */
  readonly fits: boolean;
}

export interface UploadCost {
  /** US dollars per million uploads. */
  readonly total: number;
  readonly parts: CostParts;
  /** The function at its own size. */
  readonly lambda: MemoryCost;
  /** The function at other sizes, in rising order. */
  readonly sizes: readonly MemoryCost[];
  /** The cheapest size that fits; nothing if no size fits. */
  readonly cheapest: MemoryCost | undefined;
}

/** MiB: parts of a vCPU, then whole vCPUs up to Lambda's maximum. */
export const MEMORY_SIZES = [512, 768, 1024, 1536, 1769, 3538, 5307, 7076, 8845, 10_240] as const;

/**
 * The cost of a million uploads. The formulas and their limits: docs/costs.md.
 *
 * @param use of the average upload (`averageUse`)
 */
export function uploadCost(
  use: UploadUse,
  settings: CostSettings,
  prices: Prices,
  assumptions: CostAssumptions = DEFAULT_ASSUMPTIONS,
): UploadCost {
  const at = (memory: number) => functionCost(use, { ...settings, memory }, prices, assumptions);
  const lambda = at(settings.memory);
  const sizes = [...new Set([...MEMORY_SIZES, settings.memory])].sort((a, b) => a - b).map(at);
  const fitting = sizes.filter(({ fits }) => fits);
  const cheapest = fitting.reduce<MemoryCost | undefined>(
    (best, size) => (best && best.dollars <= size.dollars ? best : size),
    undefined,
  );
  const calls = MILLION / settings.messagesPerCall;
  const lambdaCalls = (calls / MILLION) * prices.lambda.millionCalls;
  const stored = ((use.uploadBytes + use.outputBytes) / BYTES_PER_GB) * MILLION;
  const parts: CostParts = {
    lambdaCompute: lambda.dollars - lambdaCalls,
    lambdaCalls,
    s3Writes: use.writes * 1000 * prices.s3.thousandWrites,
    s3Reads: (use.reads + assumptions.downloads * outputsOf(use)) * 1000 * prices.s3.thousandReads,
    sqs: sqsRequests(settings.messagesPerCall) * prices.sqs.millionRequests,
    kms: settings.kms
      ? (use.writes + use.reads) * assumptions.kmsPerRequest * 100 * prices.kms.tenThousandRequests
      : 0,
    logs: (assumptions.logBytes / BYTES_PER_GB) * MILLION * prices.logs.gbIngested,
    events: settings.events ? prices.eventBridge.millionEvents : 0,
    storage: stored * prices.s3.gbMonth * assumptions.months,
    transfer:
      (use.outputBytes / BYTES_PER_GB) *
      MILLION *
      assumptions.downloads *
      prices.transfer.gbToInternet,
  };
  const total = Object.values<number>({ ...parts }).reduce((sum, part) => sum + part, 0);
  return { total, parts, lambda, sizes, cheapest };
}

function functionCost(
  use: UploadUse,
  { memory, architecture, ephemeralStorage, messagesPerCall }: CostSettings,
  prices: Prices,
  assumptions: CostAssumptions,
): MemoryCost {
  const rounds = Math.ceil(messagesPerCall / imagesAtOnce(memory));
  const callSeconds = rounds * imageSeconds(use, memory, assumptions);
  const calls = MILLION / messagesPerCall;
  const gbSeconds = calls * callSeconds * (memory / MIB_PER_GB);
  const extraGb = Math.max(0, ephemeralStorage - FREE_EPHEMERAL_MIB) / MIB_PER_GB;
  const dollars =
    gbSeconds * prices.lambda.gbSecond[architecture] +
    calls * callSeconds * extraGb * prices.lambda.ephemeralGbSecond +
    (calls / MILLION) * prices.lambda.millionCalls;
  return { memory, callSeconds, gbSeconds, dollars, fits: memory >= use.memory };
}

/** For each message: S3 sends it; Lambda receives and deletes up to ten of a batch with one request each. */
function sqsRequests(messagesPerCall: number): number {
  return 1 + (2 * Math.ceil(messagesPerCall / MESSAGES_PER_REQUEST)) / messagesPerCall;
}

/** Objects that are written, without the manifest. */
function outputsOf({ writes }: UploadUse): number {
  // A LIST and the manifest's PUT are writes, too.
  return Math.max(0, writes - 2);
}
