import path from 'node:path';
import { mergeConfig } from 'vite';
import { FastFirst } from './fast-first.ts';
import { warmWorker } from './warm-worker.ts';

const CHECKOUT = path.resolve(import.meta.dirname, '../..');

/** The configuration of the project that `run-stryker.ts` names, with a thread that stays warm. */
const { default: project } = await import(
  path.join(CHECKOUT, process.env.MUTATED_PROJECT ?? '', 'vitest.config.mjs')
);

// Code frames and diffs of failures are not read, but take most of the time of a killed mutant.
project.test.reporters = [{}];

const timeout = Number(process.env.TEST_TIMEOUT_MS) || undefined;
project.test.testTimeout = timeout ?? project.test.testTimeout;
project.test.hookTimeout = timeout ?? project.test.hookTimeout;

// A thread that is not isolated evaluates only the test files again.
project.test.isolate = process.env.KEEPS_SOURCES !== 'true';

project.test.sequence = { ...project.test.sequence, sequencer: FastFirst };

export default mergeConfig(project, {
  plugins: [warmWorker(Number(process.env.RUNS_PER_THREAD) || undefined).plugin],
});
