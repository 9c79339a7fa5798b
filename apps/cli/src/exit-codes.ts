/** Exit codes of every command (docs/cli.md). */
export const EXIT = {
  /** The command did what it was asked to do, or there was nothing to do. */
  done: 0,
  /** The command ran, and its answer is bad: a rejected upload, for example. */
  failed: 1,
  /** The command line or a file is not valid. */
  usage: 2,
  /** The stack, the credentials or a permission is missing. */
  access: 3,
  /** AWS or the local stack did not answer, or throttled every attempt. */
  unavailable: 4,
  /** A defect of Darkroom. */
  defect: 70,
  /** Ctrl-C (128 + SIGINT). The same command continues. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done, or nothing to do',
  1: 'the answer is bad: uploads were rejected or are unfinished, a photo would be rejected',
  2: 'the command line or a file is not valid',
  3: 'the stack, the credentials or a permission is missing',
  4: 'AWS or the local stack did not answer, or throttled every attempt',
  70: 'a defect of Darkroom',
  130: 'Ctrl-C; run the same command again to continue',
};
