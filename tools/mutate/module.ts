/** One module of the table in `modules.ts`. All paths are relative to the checkout. */
export interface Module {
  readonly name: string;
  /** The folder of its `vitest.config.mjs`. */
  readonly project: string;
  /** The files to mutate, as globs; `!` excludes. Tests and their equipment are excluded always. */
  readonly mutate: readonly string[];
  /** Its fast tests, as globs. */
  readonly tests: readonly string[];
  /** Percent; a lower score fails the run. `undefined` until a complete run has measured it. */
  readonly minimum?: number;
  /**
   * Whether code that runs on import (tables, schemas) is mutated too. Each such mutant runs all tests of the module,
   * so only modules with tests of a few seconds have it. Default: true.
   */
  readonly mutateTables?: boolean;
  /**
   * Whether the sources stay loaded for all runs, which are several times as fast then. Only for sources that keep nothing
   * of an earlier run, and without `mutateTables`: code that runs on import runs once. Default: false.
   */
  readonly keepsSources?: boolean;
  /**
   * Milliseconds after which a test or a hook fails, for modules whose faults make tests wait forever. Stryker would need half a minute
   * and a new process for each. Far above the time of the slowest test. Default: that of the project.
   */
  readonly testTimeoutMs?: number;
  /**
   * Milliseconds, in addition to four times the usual time of its tests, after which a run counts as endless. Endless loops
   * stop a thread, which `testTimeoutMs` cannot end. For modules with many loops. Default: 30,000.
   */
  readonly endlessMs?: number;
  /** See `warmWorker`. Default: 100. */
  readonly runsPerThread?: number;
  /** Mutants that no test can kill. They do not count. */
  readonly equivalents?: readonly Equivalent[];
}

/** Mutants with the same text in the same line of source. Lines are compared without indentation. */
export interface Equivalent {
  readonly file: string;
  /** The line in which the mutant begins. */
  readonly line: string;
  /** The replacements as Stryker prints them. Default: all mutants that begin in this line. */
  readonly replacements?: readonly string[];
  /** Why the behaviour is the same. "Harmless" is not a reason. */
  readonly reason: string;
}
