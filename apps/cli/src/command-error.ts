import { EXIT, type ExitCode } from './exit-codes.ts';

export interface CommandErrorOptions extends ErrorOptions {
  /** Default: `USAGE`. */
  readonly code?: string;
  /** One sentence: what to do about it. */
  readonly remedy?: string;
  /** Default: 2. */
  readonly exitCode?: ExitCode;
}

/** The user can fix it: the command line prints the message and the remedy, without a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, options: CommandErrorOptions = {}) {
    const { code = 'USAGE', remedy, exitCode = EXIT.usage, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}
