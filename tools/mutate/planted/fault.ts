/** A fault that Stryker does not plant: a constant, an element of a list, an argument, the order of statements. */
export interface Fault {
  /** The name of its module in `modules.ts`. */
  readonly module: string;
  /** What a user would see, or the rule that it breaks. */
  readonly what: string;
  /** Relative to the checkout. */
  readonly file: string;
  /** A text that the file contains once. */
  readonly replace: string;
  readonly by: string;
  /** The tests that run, as globs. Default: the fast tests of its module. */
  readonly tests?: readonly string[];
}

/** @param faults what a user would see, the text, and its replacement */
export function faultsIn(
  module: string,
  file: string,
  faults: readonly (readonly [what: string, replace: string, by: string])[],
  tests?: readonly string[],
): Fault[] {
  return faults.map(([what, replace, by]) => ({
    module,
    what,
    file,
    replace,
    by,
    ...(tests && { tests }),
  }));
}
