import { writeFileSync } from 'node:fs';
import { parseEnvironment, toPipelineError } from '@darkroom/pipeline';
import type { ImageEngine } from '@darkroom/transforms';
import { createS3 } from '../clients.ts';
import { createFunctionEngine } from '../function-engine.ts';
import type { Answer, Question } from './protocol.ts';

/**
 * The file to start as the engine's process. The package has one file for everything: there this is the file that holds
 * the handler too, and the argument distinguishes the two.
 */
export const ENGINE_PROCESS_FILE = import.meta.filename;
export const ENGINE_PROCESS_ARGUMENT = 'darkroom-engine-process';

// Never goes on from here: in the package, the handler's own start comes after it.
if (process.send !== undefined && process.argv[2] === ENGINE_PROCESS_ARGUMENT) await serve();

async function serve(): Promise<never> {
  beFirstToDie();
  // The engine may be stuck in native code, which an exit in good order would wait for.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const root = process.env['LAMBDA_TASK_ROOT'] ?? '.';
  const engine = createFunctionEngine(parseEnvironment(process.env, root), root, createS3());
  process.on('message', (question: Question) => void answer(question, engine));
  return new Promise<never>(() => undefined);
}

async function answer(question: Question, engine: ImageEngine): Promise<void> {
  try {
    for await (const one of answers(question, engine)) await send(one);
  } catch (cause) {
    const { code, message, retryable } = toPipelineError(cause);
    const stack = cause instanceof Error ? cause.stack : undefined;
    await send({ kind: 'failed', code, message, retryable, stack });
  }
}

async function* answers(question: Question, engine: ImageEngine): AsyncGenerator<Answer> {
  if (question.kind === 'inspect') {
    const { source, part, decoders } = question;
    yield { kind: 'facts', facts: await engine.inspect(source, part, decoders) };
    return;
  }
  for await (const rendered of engine.render(question.request))
    yield { kind: 'rendered', rendered };
  yield { kind: 'end' };
}

function send(one: Answer): Promise<void> {
  return new Promise((resolve) => {
    // If the parent is gone, the disconnection ends this process.
    process.send?.(one, () => resolve());
  });
}

/** A kernel that has run out of memory ends this process rather than the function's (proc_pid_oom_score_adj(5)). */
function beFirstToDie(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or not allowed: then the kernel decides by size, which is this one's, too.
  }
}
