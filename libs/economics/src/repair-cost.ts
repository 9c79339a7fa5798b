import type { Settings } from '@darkroom/pipeline';
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
