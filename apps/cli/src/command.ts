/** One command of `darkroom`, a file each in `commands/`. */
export interface Command {
  /** Of the arguments, for the usage. */
  readonly parameters: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** What else there is to know, for `COMMAND --help`. */
  readonly details: string;
  /**
   * @param print takes what it has to say, as it comes
   * @throws CommandError for whoever typed it; errors of the pipeline's own codes
   */
  run(args: readonly string[], print: (text: string) => void): Promise<void>;
}

/** The person who typed the command can mend it: the message is all there is to say. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'COMMAND';
}
