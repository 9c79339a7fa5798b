/** One command of `darkroom`, a file each in `commands/`. */
export interface Command {
  /** Of the arguments, for the usage. */
  readonly parameters: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** What else there is to know, for `COMMAND --help`. */
  readonly details: string;
  /**
   * @param print receives the output, part by part
   * @throws CommandError for a mistake of the user; errors with the pipeline's codes
   */
  run(args: readonly string[], print: (text: string) => void): Promise<void>;
}

/** The user can fix it: the command prints the message only. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'COMMAND';
}
