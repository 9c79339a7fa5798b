import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { FunctionSpec, LambdaOptions } from '../../lambda/index.ts';
import type { StackRun } from './messages.ts';

/** The function and its event source mapping with the proxy between them and AWS. */
export function interposed(
  options: LambdaOptions,
  { dataDir, functionEndpoint, concurrency, handlerFile }: StackRun,
): LambdaOptions {
  return {
    ...options,
    endpoint: functionEndpoint,
    maxConcurrency: concurrency,
    functions: options.functions.map((spec) => ({
      ...spec,
      // Of the queues' URLs.
      environment: Object.fromEntries(
        Object.entries(spec.environment).map(([name, value]) => [
          name,
          value.replaceAll(options.endpoint, functionEndpoint),
        ]),
      ),
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
