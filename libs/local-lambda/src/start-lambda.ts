import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionHost } from './environment-variables.ts';
import { EventSourceMapping } from './event-source-mapping.ts';
import type { FunctionLog } from './execution-environment.ts';
import { FunctionPool } from './function-pool.ts';
import type { BatchReport, EventSourceMappingSpec, FunctionSpec, MappingStats } from './types.ts';

/** A mapping names an unknown function, or a function has no code. Nothing was started. */
export class LambdaConfigurationError extends Error {
  readonly code = 'LAMBDA_CONFIGURATION';
  override readonly name = 'LambdaConfigurationError';
}

export interface LambdaOptions extends FunctionHost {
  readonly functions: readonly FunctionSpec[];
  readonly mappings: readonly EventSourceMappingSpec[];
  /** Maximum number of execution environments of a function, and of batches of a mapping; at least 1. */
  readonly maxConcurrency: number;
  /** Receives every line that a function or its mapping writes (`pid` is 0 for a mapping). */
  readonly onLog: FunctionLog;
  /** After every batch of an event source mapping. */
  readonly onInvocation?: (report: BatchReport) => void;
  /** When a batch of messages goes to its function, and when it comes back. */
  readonly onWork?: (bodies: readonly string[], isWorking: boolean) => void;
}

export interface LocalLambda {
  /**
   * Stops polling at once and waits up to `graceMs` for running invocations. Then it kills them and makes their messages
   * visible. When it resolves, all processes have ended.
   */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Process ids of the live execution environments. */
  readonly pids: () => number[];
  /** One entry for each event source mapping. */
  readonly stats: () => MappingStats[];
}

/**
 * Runs functions for their event source mappings. Environments start when they are needed.
 * @throws LambdaConfigurationError if a mapping names an unknown function, or a function's
 *   code directory does not exist
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
      onWork: (bodies: readonly string[], isWorking: boolean) =>
        options.onWork?.(bodies, isWorking),
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
    `Event source mapping ${id} invokes ${functionName}; known functions: ${functions.map(({ name }) => name).join(', ') || 'none'}`,
  );
}

async function checkCode({ name, codeDirectory }: FunctionSpec): Promise<void> {
  try {
    await access(codeDirectory);
  } catch (cause) {
    throw new LambdaConfigurationError(
      `The code directory of function ${name} does not exist: ${codeDirectory}`,
      { cause },
    );
  }
}
