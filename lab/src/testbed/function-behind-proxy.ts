import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { FunctionSpec, LambdaOptions } from '@darkroom/local-lambda';
import type { StackRun } from './stack-messages.ts';

/** Seconds: as the visibility timeout is shortened, so that a run is quiet soon; 900 would be the stack's own. */
const LONGEST_BACK_OFF = '30';

/** The function and its event source mapping with the proxy between them and AWS. */
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
        // Of the queues' URLs.
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

/** The package that was built, with another handler in it. */
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
