import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import type { Module } from './module.ts';
import type { Mutant } from './score.ts';
import { testFiles } from './test-files.ts';

export const CHECKOUT = path.resolve(import.meta.dirname, '../..');

/** Sandboxes and results of earlier runs; ignored by git and all linters. */
const FOLDER = '.mutation';

/** The part of Stryker's JSON report (mutation-testing-report-schema) that the score needs. */
interface Report {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string;
        readonly mutants: readonly {
          readonly replacement?: string;
          readonly status: string;
          readonly statusReason?: string;
          readonly location: { readonly start: Position; readonly end: Position };
        }[];
      }
    >
  >;
}

/** Line and column are 1 for the first. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** Ignored mutants say nothing about the tests. `RuntimeError`: a test file failed outside its tests, as on import. */
const TRIED = new Set(['Killed', 'Timeout', 'RuntimeError', 'Survived', 'NoCoverage']);

export interface RunOptions {
  /** Processes that run tests at the same time. */
  readonly concurrency: number;
  /** Mutants with unchanged code and tests keep their earlier result, unless this is true. */
  readonly again: boolean;
}

/** Mutates a copy of the checkout, never the checkout. */
export async function runStryker(module: Module, options: RunOptions): Promise<Mutant[]> {
  const report = path.join(CHECKOUT, FOLDER, `${module.name}.json`);
  await mkdir(path.dirname(report), { recursive: true });
  process.chdir(CHECKOUT);
  process.env.MUTATED_PROJECT = module.project;
  process.env.RUNS_PER_THREAD = String(module.runsPerThread ?? '');
  process.env.TEST_TIMEOUT_MS = String(module.testTimeoutMs ?? '');
  process.env.KEEPS_SOURCES = String(module.keepsSources ?? false);
  await new Stryker({
    testRunner: 'vitest',
    vitest: { configFile: 'tools/mutate/stryker-vitest.config.mjs', related: false },
    plugins: ['@stryker-mutator/vitest-runner', './tools/mutate/message-texts.mjs'],
    ignorers: ['message-texts'],
    mutate: [
      ...module.mutate,
      '!**/*.test.ts',
      '!**/{testing,fixtures}/**',
      // No own code.
      '!**/index.ts',
    ],
    // Stryker's globs cannot exclude.
    testFiles: testFiles(module.tests, CHECKOUT),
    ignoreStatic: module.mutateTables === false,
    coverageAnalysis: 'perTest',
    concurrency: options.concurrency,
    incremental: true,
    incrementalFile: `${FOLDER}/${module.name}.incremental.json`,
    force: options.again,
    tempDirName: `${FOLDER}/sandbox`,
    // Vitest strips types without checking them.
    disableTypeChecks: false,
    tsconfigFile: 'no-references.json',
    ignorePatterns: ['.git', '.nx', '.darkroom', FOLDER, 'dist', 'out-tsc', 'test-results', '/lab'],
    reporters: ['json', process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    jsonReporter: { fileName: report },
    allowConsoleColors: false,
    thresholds: { high: 100, low: 0, break: null },
    // A busy machine is no endless loop.
    timeoutMS: module.endlessMs ?? 30_000,
    timeoutFactor: 4,
    dryRunTimeoutMinutes: 30,
    allowEmpty: false,
  }).runMutationTest();
  return mutantsOf(JSON.parse(await readFile(report, 'utf8')) as Report);
}

function mutantsOf({ files }: Report): Mutant[] {
  requireSandbox(files);
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => TRIED.has(status))
      .map(({ status, replacement = '', location: { start, end } }) => ({
        file,
        lineNumber: start.line,
        line: (lines[start.line - 1] ?? '').trim(),
        original: textBetween(lines, start, end),
        replacement,
        killed: status !== 'Survived' && status !== 'NoCoverage',
        covered: status !== 'NoCoverage',
      }));
  });
}

/**
 * If the sandbox of a run disappears, every later mutant looks like one that no test can load.
 *
 * @throws Error if that has happened
 */
function requireSandbox(files: Report['files']): void {
  const lost = Object.values(files)
    .flatMap(({ mutants }) => mutants)
    .filter(({ statusReason = '' }) => /Cannot find module .* imported from/.test(statusReason));
  if (lost.length > 0)
    throw new Error(
      `${lost.length} mutants were not tried, because their files had gone: ${lost[0]?.statusReason}\nRun it with --again.`,
    );
}

function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const part = lines.slice(start.line - 1, end.line);
  const last = part.length - 1;
  part[last] = part[last]?.slice(0, end.column - 1) ?? '';
  part[0] = part[0]?.slice(start.column - 1) ?? '';
  return part.join('\n');
}
