/**
 * Plants each fault of `faults.ts` and runs the fast tests of its module. Files are not changed: Vite replaces the
 * text when it loads them.
 *
 *     npm run mutate:planted [-- MODULE…]
 *
 * The exit code is 1 if no test notices a fault, or if a fault no longer fits its file.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createVitest, type Vitest } from 'vitest/node';
import { MODULES } from '../modules.ts';
import type { Module } from '../module.ts';
import { testFiles } from '../test-files.ts';
import { warmWorker } from '../warm-worker.ts';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';

const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

/** A fault may make a test hang. It has this many times the time that its tests take without it, and a minute. */
const TIME_FACTOR = 10;
const MIN_TIME_MS = 60_000;

/** `NO TEXT`: its file does not contain the text of the fault exactly once. */
type Result = 'noticed' | 'SURVIVED' | 'NOT LOADED' | 'NO TEXT';

const chosen = process.argv.slice(2);
const counts: Record<Result, number> = { noticed: 0, SURVIVED: 0, 'NOT LOADED': 0, 'NO TEXT': 0 };
for (const module of MODULES) {
  const faults = FAULTS.filter((fault) => fault.module === module.name);
  if (faults.length === 0 || (chosen.length > 0 && !chosen.includes(module.name))) continue;
  for await (const { fault, result } of plantAll(module, faults)) {
    counts[result] += 1;
    console.log(`${result.padEnd(10)} ${module.name}: ${fault.what} (${fault.file})`);
  }
}
const { noticed, ...others } = counts;
console.log(
  `${noticed} noticed, ${others.SURVIVED} survived, ${others['NOT LOADED']} not loaded, ${others['NO TEXT']} without their text`,
);
process.exitCode = Object.values(others).some((count) => count > 0) ? 1 : 0;

async function* plantAll(
  module: Module,
  faults: readonly Fault[],
): AsyncGenerator<{ fault: Fault; result: Result }> {
  let planted: Fault | undefined;
  let isLoaded = false;
  const worker = warmWorker(module.runsPerThread);
  const vitest = await createVitest(
    'test',
    {
      config: path.join(CHECKOUT, module.project, 'vitest.config.mjs'),
      watch: false,
      maxWorkers: 1,
      reporters: [{}],
      onConsoleLog: () => false,
    },
    {
      plugins: [
        worker.plugin,
        {
          name: 'planted-fault',
          enforce: 'pre',
          transform(code, id) {
            if (planted === undefined || fileOf(planted) !== id.split('?')[0]) return undefined;
            isLoaded = true;
            return code.replace(planted.replace, () => planted?.by ?? '');
          },
        },
      ],
    },
  );
  const invalidate = (file: string) => {
    vitest.invalidateFile(file);
    worker.invalidate(file);
  };
  try {
    /** The milliseconds that a test file takes without a fault. */
    const durations = new Map<string, number>();
    for (const fault of faults) {
      if (readFileSync(fileOf(fault), 'utf8').split(fault.replace).length !== 2) {
        yield { fault, result: 'NO TEXT' };
        continue;
      }
      const tests = testsOf(fault, module);
      // Tests that fail without the fault would notice every fault.
      for (const test of tests.filter((file) => !durations.has(file))) {
        const begun = performance.now();
        if (!(await passes(vitest, [test]))) throw new Error(`${test} fails without a fault`);
        durations.set(test, performance.now() - begun);
      }
      planted = fault;
      isLoaded = false;
      invalidate(fileOf(fault));
      let isNoticed = false;
      for (const test of nearestFirst(tests, fault)) {
        const limit = MIN_TIME_MS + TIME_FACTOR * (durations.get(test) ?? 0);
        const timeout = setTimeout(() => worker.terminate(), limit);
        isNoticed = !(await passes(vitest, [test]).finally(() => clearTimeout(timeout)));
        if (isNoticed) break;
      }
      planted = undefined;
      invalidate(fileOf(fault));
      yield { fault, result: !isLoaded ? 'NOT LOADED' : isNoticed ? 'noticed' : 'SURVIVED' };
    }
  } finally {
    await vitest.close();
  }
}

function fileOf({ file }: Fault): string {
  return path.join(CHECKOUT, file);
}

function testsOf(fault: Fault, module: Module): string[] {
  return testFiles(fault.tests ?? module.tests, CHECKOUT).map((file) => path.join(CHECKOUT, file));
}

/** The test of the file and those of its folder are the likeliest to notice. */
function nearestFirst(tests: readonly string[], fault: Fault): string[] {
  const file = fileOf(fault);
  const distance = (test: string) =>
    test === file.replace('.ts', '.test.ts')
      ? 0
      : path.dirname(test) === path.dirname(file)
        ? 1
        : 2;
  return tests.toSorted((a, b) => distance(a) - distance(b));
}

async function passes(vitest: Vitest, files: readonly string[]): Promise<boolean> {
  const specifications = (await vitest.globTestSpecifications()).filter(({ moduleId }) =>
    files.includes(moduleId),
  );
  if (specifications.length !== files.length)
    throw new Error(`${files.length - specifications.length} tests are not in the configuration`);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // Vitest also returns the modules of earlier runs.
  const own = testModules.filter(({ moduleId }) => files.includes(moduleId));
  return unhandledErrors.length === 0 && own.every((test) => test.ok());
}
