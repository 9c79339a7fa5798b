import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { FunctionSpec, LambdaOptions } from '@darkroom/local-lambda';
import type { StackRun } from './stack-messages.ts';

/** Seconds. Short like the visibility timeout, to end a run soon; the stack's own value is 900. */
const LONGEST_BACK_OFF = '30';

/** Connects the function and its event source mapping to AWS through the proxy. */
export function throughProxy(
  options: LambdaOptions,
  { dataDir, functionEndpoint, concurrency, handlerFile }: StackRun,
): LambdaOptions {
  return {
    ...options,
    endpoint: functionEndpoint,
    maxConcurrency: concurrency,
    functions: options.functions.map((spec) => ({
      ...spec,
      environment: {
        // The URLs of the queues contain the endpoint.
        ...Object.fromEntries(
          Object.entries(spec.environment).map(([name, value]) => [
            name,
            value.replaceAll(options.endpoint, functionEndpoint),
          ]),
        ),
        DARKROOM_LONGEST_BACK_OFF: LONGEST_BACK_OFF,
      },
      ...(handlerFile !== undefined && {
        codeDirectory: withHandler(spec, handlerFile, path.join(dataDir, 'planted')),
      }),
    })),
  };
}

/** Makes a copy of the built package with another handler. */
export function withHandler(
  { codeDirectory }: FunctionSpec,
  handlerFile: string,
  folder: string,
): string {
  mkdirSync(folder);
  for (const name of readdirSync(codeDirectory))
    if (!name.startsWith('index.mjs'))
      symlinkSync(path.join(codeDirectory, name), path.join(folder, name));
  copyFileSync(handlerFile, path.join(folder, 'index.mjs'));
  return folder;
}
