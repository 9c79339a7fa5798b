import type { Settings } from '@darkroom/pipeline';
import * as z from 'zod';
import type { Prices } from './prices.ts';
import { costSettings } from './stack-model.ts';
import { DEFAULT_ASSUMPTIONS, uploadCost } from './upload-cost.ts';

/** The handler's requests to S3, and the pixels of the sources. */
export interface RepairWork {
  readonly s3: Readonly<Record<'put' | 'list' | 'get' | 'head', number>>;
  readonly megapixels: number;
}

export interface RepairCost {
  readonly gbSeconds: number;
  /** US dollars. */
  readonly dollars: number;
  /** At the pipeline's full concurrency. */
  readonly minutes: number;
}

/**
 * CPU seconds for one megapixel of the source and all its variants: a 12-megapixel JPEG and eight outputs of up to 1,920
 * pixels in WebP and JPEG took 620 ms on one processor. `darkroom estimate` measures your recipe.
 */
const CPU_SECONDS_PER_MEGAPIXEL = 0.05;
const MILLION = 1e6;

/**
 * The cost to repair uploads by the model of docs/costs.md, without storage, which their outputs take already.
 *
 * ```text
 * minutes = calls × seconds of a call / queue.maximumConcurrency / 60
 * ```
 *
 * @param uploads number of them
 * @param estimate of all of them
 */
export function repairCost(
  uploads: number,
  { s3, megapixels }: RepairWork,
  settings: Settings,
  prices: Prices,
): RepairCost {
  if (uploads === 0) return { gbSeconds: 0, dollars: 0, minutes: 0 };
  const { total, lambda } = uploadCost(
    {
      cpuSeconds: (megapixels * CPU_SECONDS_PER_MEGAPIXEL) / uploads,
      writes: (s3.put + s3.list) / uploads,
      reads: (s3.get + s3.head) / uploads,
      ...{ uploadBytes: 0, outputBytes: 0, memory: 0 },
    },
    costSettings(settings),
    prices,
    { ...DEFAULT_ASSUMPTIONS, months: 0 },
  );
  const calls = uploads / settings.queue.batchSize;
  return {
    gbSeconds: (lambda.gbSeconds / MILLION) * uploads,
    dollars: (total / MILLION) * uploads,
    minutes: (calls * lambda.callSeconds) / settings.queue.maximumConcurrency / 60,
  };
}

/** The repair of one kind of finding, as `darkroom compare --json` prints it. */
export const repairSchema = z.strictObject({
  objects: z.number(),
  bytes: z.number().describe('Of the uploads'),
  requests: z.number().describe('Requests to S3 and SQS that the repair takes'),
  gbSeconds: z.number(),
  dollars: z.number().describe('US dollars'),
  minutes: z.number().describe("At the pipeline's full concurrency"),
  examples: z.array(z.string()).describe('Up to ten keys'),
});

/** A kind of a comparison (`ComparedKind` of the operations library). */
export interface Findings {
  readonly keys: number;
  readonly bytes: number;
  readonly estimate: RepairWork & {
    readonly s3: Readonly<Record<'delete', number>>;
    readonly sqs: number;
  };
  readonly examples: readonly string[];
}

/** @returns the repair of each kind, with the same names */
export function repairs<Kind extends string>(
  kinds: Readonly<Record<Kind, Findings>>,
  settings: Settings,
  prices: Prices,
): Record<Kind, z.output<typeof repairSchema>> {
  const entries = Object.entries<Findings>(kinds).map(([kind, found]) => {
    const { keys, bytes, estimate, examples } = found;
    const { list, get, put, head, delete: deletes } = estimate.s3;
    const requests = list + get + put + head + deletes + estimate.sqs;
    const cost = repairCost(requests > 0 ? keys : 0, estimate, settings, prices);
    return [kind, { objects: keys, bytes, requests, ...cost, examples: [...examples] }] as const;
  });
  return Object.fromEntries(entries) as Record<Kind, z.output<typeof repairSchema>>;
}
