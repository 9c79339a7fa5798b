/**
 * The runtime client under the local Lambda. It ends the function and its child processes when the parent process
 * ends, even after a SIGKILL: standard input closes then. A worker thread watches it, because the function may block
 * the main thread.
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
    // This process leads its group: the signal also ends the function's child processes.
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}
