import { EventEmitter } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

/** Each run leaves timers, open files and memory behind. A new thread frees them. */
const RUNS_PER_THREAD = 100;

/**
 * A plugin for Vite: Vitest runs all tests of a project in one thread, and keeps the thread for later runs.
 *
 * Vitest ends its thread after each run. A mutation test runs the same files hundreds of times, and most of the time
 * of a run is the import of packages. Vitest still evaluates the sources again for each test file, because `isolate`
 * is true by default: only packages, which Node.js imports, stay loaded.
 */
export function warmWorker() {
  /** @type {{ thread: Worker, runs: number, isBusy: boolean } | undefined} */
  let warm;

  function createPoolWorker({ distPath, env, execArgv }) {
    const events = new EventEmitter();
    /** @type {typeof warm} */
    let own;
    const onMessage = (message) => {
      if (message?.__vitest_worker_response__ && message.type === 'testfileFinished')
        own.isBusy = false;
      events.emit('message', message);
    };
    const onError = (error) => events.emit('error', error);
    const onExit = (code) => {
      if (warm === own) warm = undefined;
      events.emit('exit', code);
    };
    const answer = (type) =>
      setImmediate(() => events.emit('message', { type, __vitest_worker_response__: true }));
    return {
      name: 'warm',
      on: (event, callback) => events.on(event, callback),
      off: (event, callback) => events.off(event, callback),
      deserialize: (message) => message,
      start() {
        own = warm ?? {
          thread: new Worker(path.join(distPath, 'workers/threads.js'), { env, execArgv }),
          runs: 0,
          isBusy: false,
        };
        warm = own;
        own.thread.on('message', onMessage).on('error', onError).on('exit', onExit);
      },
      send(message) {
        if (message.__vitest_worker_request__) {
          if (message.type === 'start' && own.runs > 0) return answer('started');
          if (message.type === 'stop') return answer('stopped');
          if (message.type === 'run') {
            own.runs += 1;
            own.isBusy = true;
          }
        }
        own.thread.postMessage(message);
      },
      async stop() {
        own.thread.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (!own.isBusy && own.runs < RUNS_PER_THREAD) return;
        if (warm === own) warm = undefined;
        await own.thread.terminate();
      },
    };
  }

  return {
    name: 'warm-worker',
    configureVitest({ project }) {
      project.config.pool = 'warm';
      project.config.poolRunner = { name: 'warm', createPoolWorker };
    },
  };
}
