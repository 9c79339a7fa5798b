import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { DeploymentError, messageOf } from './deployment-error.ts';
import {
  METHODS,
  type Method,
  type Monitor,
  type ProgramData,
  type ProgramError,
  type ProgramMessage,
  type ProgramReply,
  type RequestOf,
} from './messages.ts';

/** The worker's module has the extension of this one, in the repository and in a bundle. */
const WORKER = new URL(`./program-worker${path.extname(import.meta.filename)}`, import.meta.url);

/**
 * Runs a Pulumi program in a thread of its own: a fresh module graph for each run, and its unhandled
 * rejections and exits stay there.
 *
 * @returns why the program failed, or undefined. Its resources' failures are not among that: the deployment knows them.
 */
export async function runProgram(
  data: ProgramData,
  monitor: Monitor,
  onLine: (line: string) => void,
): Promise<DeploymentError | undefined> {
  const worker = new Worker(WORKER, {
    workerData: data,
    // Not what this process was started with: a test runner's loaders have no place in the program.
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const printed = [eachLine(worker.stdout, onLine), eachLine(worker.stderr, onLine)];
  const error = await new Promise<DeploymentError | undefined>((resolve) => {
    worker.on('message', (message: ProgramMessage) => {
      if (message.kind === 'done') resolve(message.error && programFailed(data, message.error));
      else void answer(worker, monitor, message);
    });
    worker.on('error', (thrown: unknown) => {
      const stack = thrown instanceof Error ? thrown.stack : undefined;
      resolve(programFailed(data, { message: messageOf(thrown), stack }));
    });
    worker.on('exit', (code) => {
      // Node's code for a module whose top-level `await` never settles.
      const why =
        code === 13 || code === 0
          ? 'it waits for something that never comes'
          : `it exited with code ${code}`;
      resolve(programFailed(data, { message: `ended before it was done: ${why}` }));
    });
  });
  await worker.terminate();
  await Promise.all(printed);
  return error;
}

async function answer(
  worker: Worker,
  monitor: Monitor,
  call: Extract<ProgramMessage, { kind: 'call' }>,
): Promise<void> {
  worker.postMessage(await replyTo(monitor, call));
}

async function replyTo<Name extends Method>(
  monitor: Monitor,
  call: { id: number; method: Name; bytes: Uint8Array },
): Promise<ProgramReply> {
  try {
    const request = METHODS[call.method].request.deserializeBinary(call.bytes) as RequestOf<Name>;
    const response = await monitor[call.method](request);
    return { id: call.id, bytes: response.serializeBinary() };
  } catch (error) {
    return { id: call.id, error: messageOf(error) };
  }
}

function programFailed({ entry }: ProgramData, error: ProgramError): DeploymentError {
  const cause = new Error(error.message);
  if (error.stack !== undefined) cause.stack = error.stack;
  return new DeploymentError('PROGRAM_FAILED', `the program ${entry}: ${error.message}`, { cause });
}

async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) onLine(line);
}
