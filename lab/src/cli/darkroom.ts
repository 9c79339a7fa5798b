import { run } from '@darkroom/cli';

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `darkroom` in this process, without a terminal. */
export async function darkroom(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Answer> {
  let stdout = '';
  let stderr = '';
  const exitCode = await run(args, {
    streams: {
      stdout: { write: (text: string) => void (stdout += text) },
      stderr: { write: (text: string) => void (stderr += text) },
      stdin: {},
      env: {},
    },
    signal,
  });
  return { exitCode, stdout, stderr };
}
