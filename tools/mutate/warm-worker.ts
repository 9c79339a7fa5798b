import { EventEmitter } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PoolOptions, PoolWorker, VitestPluginContext, WorkerRequest } from 'vitest/node';

/** Default: runs leave timers, open files and memory behind, and a new thread frees them. */
const RUNS_PER_THREAD = 100;

const BEGIN_RUN = path.join(import.meta.dirname, 'begin-run.ts');

interface Thread {
  readonly worker: Worker;
  runs: number;
  isBusy: boolean;
}

export interface WarmWorker {
  readonly plugin: { readonly name: string; configureVitest(context: VitestPluginContext): void };
  /** Ends a run that hangs: it fails because its thread is gone. */
  terminate(): void;
  /** The next run loads this file again. */
  invalidate(file: string): void;
}

/**
 * Vitest runs all tests of a project in one thread, and keeps the thread for later runs.
 *
 * Otherwise Vitest ends its thread after each run, and most of the time of a run is the import of packages. A mutation
 * test runs the same files hundreds of times. Vitest still evaluates the sources again for each test file, because
 * `isolate` is true by default: only packages, which Node.js imports, stay loaded.
 *
 * @param runsPerThread 1 for tests that change the state of packages or of the process, such as environment variables
 */
export function warmWorker(runsPerThread = RUNS_PER_THREAD): WarmWorker {
  let warm: Thread | undefined;
  const changed = new Set<string>();
  const terminate = () => void warm?.worker.terminate();

  function createPoolWorker({ distPath, env, execArgv }: PoolOptions): PoolWorker {
    const events = new EventEmitter();
    let own: Thread | undefined;
    let config: unknown;
    const onMessage = (message: { readonly type?: string } | undefined) => {
      if (own && message?.type === 'testfileFinished') own.isBusy = false;
      events.emit('message', message);
    };
    const onError = (error: Error) => events.emit('error', error);
    const onExit = (code: number) => {
      if (warm === own) warm = undefined;
      events.emit('exit', code);
    };
    const answer = (type: 'started' | 'stopped') =>
      setImmediate(() => events.emit('message', { type, __vitest_worker_response__: true }));
    return {
      name: 'warm',
      on: (event, callback) => void events.on(event, callback),
      off: (event, callback) => void events.off(event, callback),
      deserialize: (message) => message,
      // eslint-disable-next-line @typescript-eslint/require-await -- the interface wants a promise
      async start() {
        const file = path.join(distPath, 'workers/threads.js');
        own = warm ??= { worker: new Worker(file, { env, execArgv }), runs: 0, isBusy: false };
        own.worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      },
      send(message: WorkerRequest) {
        if (!own) return;
        if (message.type === 'start') config = message.context.config;
        if (message.type === 'start' && own.runs > 0) return void answer('started');
        if (message.type === 'stop') return void answer('stopped');
        if (message.type === 'run') {
          own.runs += 1;
          own.isBusy = true;
          // A warm thread has the configuration of its first run, which selects other tests.
          Object.assign(message.context, { config });
          // Vitest's thread asks only for modules that it does not have.
          message.context.invalidates = [...changed];
          changed.clear();
        }
        own.worker.postMessage(message);
      },
      async stop() {
        if (!own) return;
        own.worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (!own.isBusy && own.runs < runsPerThread) return;
        if (warm === own) warm = undefined;
        await own.worker.terminate();
      },
    };
  }

  return {
    plugin: {
      name: 'warm-worker',
      configureVitest({ project, vitest }) {
        vitest.onClose(terminate);
        project.config.pool = 'warm';
        project.config.setupFiles.unshift(BEGIN_RUN);
        project.config.poolRunner = { name: 'warm', createPoolWorker };
      },
    },
    terminate,
    invalidate: (file) => void changed.add(file),
  };
}
