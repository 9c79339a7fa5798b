import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionHost } from './environment-variables.ts';
import { EventSourceMapping } from './event-source-mapping.ts';
import type { FunctionLog } from './execution-environment.ts';
import { FunctionPool } from './function-pool.ts';
import type { BatchReport, EventSourceMappingSpec, FunctionSpec, MappingStats } from './types.ts';

/** What was asked of the local Lambda contradicts itself; nothing was started. */
export class LambdaConfigurationError extends Error {
  readonly code = 'LAMBDA_CONFIGURATION';
  override readonly name = 'LambdaConfigurationError';
}

export interface LambdaOptions extends FunctionHost {
  readonly functions: readonly FunctionSpec[];
  readonly mappings: readonly EventSourceMappingSpec[];
  /** Most execution environments of a function, and so most batches of a mapping; at least 1. */
  readonly maxConcurrency: number;
  /** Every line that a function writes, and what its mapping has to say (then `pid` is 0). */
  readonly onLog: FunctionLog;
  /** After every batch of an event source mapping. */
  readonly onInvocation?: (report: BatchReport) => void;
}

export interface LocalLambda {
  /**
   * Stops polling at once, lets running invocations finish for up to `graceMs`, then kills them;
   * their messages are visible again at once. No process is left when it resolves.
   */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Process ids of the live execution environments. */
  readonly pids: () => number[];
  /** One entry for each event source mapping. */
  readonly stats: () => MappingStats[];
}

/**
 * Runs functions for their event source mappings. Environments start when they are needed.
 * @throws LambdaConfigurationError if a mapping names an unknown function, or a function's code
 *   is not there
 */
export async function startLambda(options: LambdaOptions): Promise<LocalLambda> {
  const { functions, maxConcurrency, onLog } = options;
  const plans = options.mappings.map((spec) => ({ spec, target: functionOf(spec, functions) }));
  await Promise.all(functions.map(checkCode));

  const pools = new Map(
    functions.map((spec) => [spec, new FunctionPool(spec, options, maxConcurrency, onLog)]),
  );
  const mappings = plans.flatMap(({ spec, target }) => {
    const pool = pools.get(target);
    if (pool === undefined) return [];
    const concurrency = Math.min(spec.maximumConcurrency ?? maxConcurrency, maxConcurrency);
    const listener = {
      onBatch: (report: BatchReport) => options.onInvocation?.(report),
      onProblem: (line: string) => onLog(line, { functionName: target.name, pid: 0 }),
    };
    return new EventSourceMapping(spec, options, pool, concurrency, listener);
  });

  return {
    async stop(graceMs) {
      const over = Promise.all(mappings.map((mapping) => mapping.stopPolling()));
      const grace = new AbortController();
      const graceOver = delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined);
      await Promise.race([over, graceOver]);
      grace.abort();
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
      await over;
      for (const mapping of mappings) mapping.close();
    },
    pids: () => [...pools.values()].flatMap((pool) => pool.pids()),
    stats: () => mappings.map((mapping) => mapping.stats()),
  };
}

function functionOf(
  { id, functionName }: EventSourceMappingSpec,
  functions: readonly FunctionSpec[],
): FunctionSpec {
  const found = functions.find(({ name, arn }) => name === functionName || arn === functionName);
  if (found !== undefined) return found;
  throw new LambdaConfigurationError(
    `Event source mapping ${id} invokes ${functionName}; there are ${functions.map(({ name }) => name).join(', ') || 'no functions'}`,
  );
}

async function checkCode({ name, codeDirectory }: FunctionSpec): Promise<void> {
  try {
    await access(codeDirectory);
  } catch (cause) {
    throw new LambdaConfigurationError(`No code for function ${name}: ${codeDirectory}`, { cause });
  }
}
