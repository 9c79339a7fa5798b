/**
 * The runtime client under the local Lambda: nothing of the function outlives the process that
 * started it, not even when that one is killed without a word. Its end of our standard input
 * closes then. A thread watches for it, since the function may keep the main one busy for good.
 */
import { Socket } from 'node:net';
import { isMainThread, Worker } from 'node:worker_threads';

if (isMainThread) {
  new Worker(new URL(import.meta.url), { env: {}, execArgv: [] }).unref();
  await import('./bootstrap.mjs');
} else {
  new Socket({ fd: 0 }).resume().once('close', killProcessGroup);
}

function killProcessGroup() {
  try {
    // We were started as the leader of a group: this ends what the function started, too.
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
