import {
  backOff,
  CLOSING_MS,
  imagesAtOnce,
  longestBackOff,
  type Settings,
  visibilityTimeout,
} from '@darkroom/pipeline';
import type { SimulationInput } from './simulate.ts';
import type { CostSettings } from './upload-cost.ts';

/** Load that the settings do not describe. */
export interface LoadAssumptions {
  /** Share of attempts that fail and return to the queue, 0 to 1. */
  readonly failedAttempts: number;
  /** Share of calls that crash, 0 to 1. */
  readonly crashedCalls: number;
  /** Additional seconds of the first call in an execution environment. */
  readonly coldStartSeconds: number;
}

/** The queue and the function of a stack, for `simulate`. */
export function stackModel(
  { queue, function: lambda }: Pick<Settings, 'queue' | 'function'>,
  { failedAttempts, crashedCalls, coldStartSeconds }: LoadAssumptions,
): Pick<SimulationInput, 'queue' | 'function' | 'failures'> {
  const { batchSize, batchWindow, maximumConcurrency, maxReceiveCount } = queue;
  const longest = longestBackOff(queue);
  return {
    queue: {
      ...{ batchSize, batchWindow, maximumConcurrency, maxReceiveCount },
      visibilityTimeout: visibilityTimeout(lambda.timeout, batchWindow),
    },
    function: {
      memory: lambda.memory,
      imagesAtOnce: imagesAtOnce(lambda.memory),
      // The function stops its work before its time is over.
      callSeconds: lambda.timeout - CLOSING_MS / 1000,
      concurrency: lambda.reservedConcurrency,
      coldStartSeconds,
    },
    failures: {
      attempts: failedAttempts,
      calls: crashedCalls,
      backOff: (attempt, random) =>
        backOff('STORAGE_UNAVAILABLE', attempt, { longest, random: random() }),
    },
  };
}

/** What the cost of a stack depends on. */
export function costSettings(
  { function: { memory, architecture, ephemeralStorage }, queue, encryption, events }: Settings,
  options: { readonly memory?: number | undefined; readonly messages?: number | undefined } = {},
): CostSettings {
  return {
    memory: options.memory ?? memory,
    ...{ architecture, ephemeralStorage },
    messagesPerCall: options.messages ?? queue.batchSize,
    kms: encryption.kms !== false,
    events: events !== undefined,
  };
}
