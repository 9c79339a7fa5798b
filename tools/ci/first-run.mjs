/**
 * What a new user does after `npm ci`: `npm start`, `npm run demo`, Ctrl-C. The hosted matrix runs it on every
 * system (.github/workflows/ci.yml). Exit code 1 if the demo fails, or a process survives Ctrl-C.
 * Ports and data folder: DARKROOM_PORT, DARKROOM_AWS_PORT, DARKROOM_DATA_DIR.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Limits for a process that hangs, in ms: slow machines finish well below them. */
const START_LIMIT = 600_000;
const STOP_LIMIT = 60_000;
const PAUSE = 500;

const ports = [process.env.DARKROOM_PORT ?? '4400', process.env.DARKROOM_AWS_PORT ?? '4566'];
const isListening = (port) => fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false);

/** @param {() => boolean | Promise<boolean>} condition */
async function until(condition, limit, problem) {
  for (const deadline = Date.now() + limit; !(await condition()); await sleep(PAUSE))
    if (Date.now() > deadline) throw new Error(problem);
}

/** @returns {Promise<number | null>} the exit code */
async function run(...command) {
  const [code] = await once(spawn('npm', command, { stdio: 'inherit' }), 'exit');
  return code;
}

// A group of its own: a terminal sends Ctrl-C to every process of the group.
const start = spawn('npm', ['start'], { stdio: 'inherit', detached: true });
const exited = once(start, 'exit');
const hasExited = () => start.exitCode !== null || start.signalCode !== null;
try {
  await until(
    async () => hasExited() || isListening(ports[0]),
    START_LIMIT,
    'npm start does not listen',
  );
  if (hasExited()) throw new Error(`npm start ended with exit code ${start.exitCode}`);
  const code = await run('run', 'demo');
  if (code !== 0) throw new Error(`npm run demo ended with exit code ${code}`);
  process.kill(-start.pid, 'SIGINT');
  await exited;
  const stopped = async () => !(await Promise.all(ports.map(isListening))).some(Boolean);
  await until(stopped, STOP_LIMIT, `Ports ${ports.join(' and ')} are still in use after Ctrl-C`);
  console.log('npm start, npm run demo and Ctrl-C work');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  try {
    process.kill(-start.pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
