import { fork, type ChildProcess } from 'node:child_process';
import { on } from 'node:events';
import { PipelineError, ProcessEnded } from '@darkroom/pipeline';
import type { ImageEngine } from '@darkroom/transforms';
import { ENGINE_PROCESS_ARGUMENT, ENGINE_PROCESS_FILE } from './engine-process.ts';
import type { Answer, EndingEngine, Question } from './protocol.ts';

/**
 * An engine in a process of its own, for one upload that may be what killed a process before: whatever it does to that
 * process, its neighbours and the function's requests are not in it. When the time is over the process is ended, though
 * it be stuck in native code.
 *
 * The process is started when it is first needed; `end` must be called.
 *
 * @param engine answers what needs no decoder, in this process
 * @param signal aborted when the upload's time is over: `TIMEOUT`
 */
export function isolatedEngine(
  engine: Pick<ImageEngine, 'survey' | 'estimate' | 'join' | 'sheet'>,
  signal: AbortSignal,
): EndingEngine {
  let started: ChildProcess | undefined;
  const kill = () => void started?.kill('SIGKILL');
  const end = async () => {
    const ended = started && endOf(started);
    kill();
    started = undefined;
    await ended;
  };
  signal.addEventListener('abort', kill, { once: true });

  async function* ask(question: Question): AsyncGenerator<Answer> {
    if (signal.aborted) throw late(signal);
    const process = (started ??= startProcess());
    let isAnswered = false;
    try {
      for await (const answer of answersOf(process, question)) {
        isAnswered = answer.kind !== 'rendered';
        if (answer.kind === 'failed') throw errorOf(answer);
        if (answer.kind === 'end') return;
        yield answer;
        if (isAnswered) return;
      }
      throw signal.aborted ? killed(signal) : died(process);
    } finally {
      // The process may still be sending an answer that is no longer needed.
      if (!isAnswered) await end();
    }
  }

  return {
    survey: (source) => engine.survey(source),
    estimate: (request) => engine.estimate(request),
    join: (pages) => engine.join(pages),
    sheet: (cells, of) => engine.sheet(cells, of),
    async inspect(source, part = 1, decoders = {}) {
      for await (const answer of ask({ kind: 'inspect', source, part, decoders }))
        if (answer.kind === 'facts') return answer.facts;
      throw new PipelineError('INTERNAL', 'The engine’s process answered without facts');
    },
    async *render({ signal: _signal, ...request }) {
      for await (const answer of ask({ kind: 'render', request }))
        if (answer.kind === 'rendered') yield answer.rendered;
    },
    async end() {
      signal.removeEventListener('abort', kill);
      await end();
    },
  };
}

function startProcess(): ChildProcess {
  const child = fork(ENGINE_PROCESS_FILE, [ENGINE_PROCESS_ARGUMENT], {
    execArgv: [],
    // Pictures as they are, not as JSON.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // The pending request reports the error; without a listener it would end the function.
  return child.on('error', () => undefined);
}

/** Until the process ends. */
async function* answersOf(process: ChildProcess, question: Question): AsyncGenerator<Answer> {
  if (hasEnded(process)) return;
  const messages = on(process, 'message', { close: ['exit', 'error'] });
  // A process that cannot be sent to has ended, or is about to.
  process.send(question, () => undefined);
  for await (const [answer] of messages as AsyncIterable<[Answer]>) yield answer;
}

/** Resolves when the process is gone. */
function endOf(process: ChildProcess): Promise<void> {
  if (hasEnded(process)) return Promise.resolve();
  return new Promise((resolve) => {
    process.once('exit', () => resolve()).once('error', () => resolve());
  });
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

function late(signal: AbortSignal): PipelineError {
  return new PipelineError('TIMEOUT', 'The time for one image is over', { cause: signal.reason });
}

function killed({ reason }: AbortSignal): ProcessEnded {
  const why = reason instanceof Error ? reason.message : String(reason);
  return new ProcessEnded('TIMEOUT', `its process was killed at its deadline: ${why}`, reason);
}

function died({ exitCode, signalCode }: ChildProcess): ProcessEnded {
  const how = signalCode ?? (exitCode === null ? 'it could not be started' : `exit ${exitCode}`);
  return new ProcessEnded('INTERNAL', `The process that worked on the image ended: ${how}`);
}

function errorOf({ code, message, retryable, stack }: Answer & { kind: 'failed' }): PipelineError {
  const error = new PipelineError(code, message, { retryable });
  // Where it happened, which is not here.
  if (stack !== undefined) error.stack = stack;
  return error;
}
