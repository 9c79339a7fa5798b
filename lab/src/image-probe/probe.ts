import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import type { ProbeAnswer, ProbeEnd, ProbeOptions, ProbeRequest } from './protocol.ts';
import { ANSWERS } from './trial.ts';

/** Milliseconds for one image. It only ends an image that hangs. */
const DEADLINE = 600_000;
/** Characters of standard error that the probe keeps. */
const MAX_STDERR = 4_000;

/** Tries images one after the other in a process of its own. If the process dies, the next image gets a new one. */
export class Probe {
  readonly #options: ProbeOptions;
  readonly #deadline: number;
  #child: ChildProcess | undefined;
  #stderr = '';

  /** @param deadline for one picture, milliseconds */
  constructor(options: ProbeOptions = {}, deadline = DEADLINE) {
    this.#options = options;
    this.#deadline = deadline;
  }

  /** Tries one image. Call it again only after it has resolved. */
  async try(
    source: Uint8Array,
    { withOutputs = false }: Partial<ProbeRequest> = {},
  ): Promise<ProbeAnswer | ProbeEnd> {
    const child = this.#child ?? this.#start();
    const stop = new AbortController();
    const { signal } = stop;
    const timer = setTimeout(() => child.kill('SIGKILL'), this.#deadline);
    try {
      const ended = once(child, 'close', { signal }).then(([code, name]) =>
        this.#endOf(code as number | null, name as NodeJS.Signals | null),
      );
      const answered = once(child, 'message', { signal }).then(([answer]) => answer as ProbeAnswer);
      // The promise that is still waiting is rejected in the end.
      ended.catch(() => {});
      answered.catch(() => {});
      child.send({ source, withOutputs } satisfies ProbeRequest);
      return await Promise.race([answered, ended]);
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  #start(): ChildProcess {
    const child = fork(
      path.join(import.meta.dirname, 'probe-process.ts'),
      [JSON.stringify(this.#options)],
      // Without Vitest's flags and hooks.
      {
        serialization: 'advanced',
        execArgv: [],
        env: { ...process.env, ...ALLOCATOR_VARIABLES },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    this.#stderr = '';
    child.stderr?.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-MAX_STDERR);
    });
    this.#child = child;
    return child;
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): ProbeEnd {
    this.#child = undefined;
    const how =
      signal === 'SIGKILL'
        ? `no answer after ${this.#deadline / 1000} s, or killed for its memory`
        : `the process ended: ${signal ?? `exit code ${code}`}`;
    return { kind: 'end', how, stderr: this.#stderr };
  }
}

/**
 * MiB. A process grows for any image: code is loaded late, headers are read, and the heap is not collected at once.
 * Estimates do not contain this: they are the growth of an idle process.
 */
const SLACK_MIB = 220;
/** Images that are tried at once. */
const AT_ONCE = 2;

/** @returns why an outcome is wrong; undefined if it is allowed */
export function problemOf(
  given: ProbeAnswer | ProbeEnd,
  expected: readonly string[] = ANSWERS,
): string | undefined {
  if (given.kind === 'end') return `${given.how}\n${given.stderr}`;
  const [one, other] = given.outcomes;
  if (!expected.includes(one.code)) return `${one.code}: ${one.message}`;
  if (JSON.stringify(one) !== JSON.stringify(other)) {
    return `two outcomes of one picture: ${JSON.stringify(one)} and ${JSON.stringify(other)}`;
  }
  const most = SLACK_MIB + AT_ONCE * given.estimatedMiB;
  if (given.grownMiB !== undefined && given.grownMiB > most) {
    return `${Math.round(given.grownMiB)} MiB of memory, and not at most ${Math.round(most)}`;
  }
  return undefined;
}
