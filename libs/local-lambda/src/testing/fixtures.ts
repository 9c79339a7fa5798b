import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FunctionHost } from '../environment-variables.ts';
import type { FunctionSpec } from '../types.ts';

/** Long enough for a slow machine: it only ends a test that hangs. */
export const PATIENCE = { timeout: 300_000, interval: 20 };

/** A function whose code is `fixtures/NAME`. */
export function fixture(name: string, changes: Partial<FunctionSpec> = {}): FunctionSpec {
  return {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    codeDirectory: fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)),
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 60,
    memoryMiB: 256,
    environment: {},
    ...changes,
  };
}

export function hostAt(endpoint: string): FunctionHost {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** For functions that call no AWS. */
export const NOWHERE = hostAt('http://127.0.0.1:9');

/** A process that ended counts as dead even before its parent reads the exit status. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** @throws Error without a process: `kill(0)` ends the tests themselves, and what has started them */
export function killProcess(pid: number | undefined): void {
  if (!pid) throw new Error('There is no process to kill.');
  process.kill(pid, 'SIGKILL');
}

export { environmentVariables } from '../environment-variables.ts';
export { RuntimeApi, type Outcome } from '../runtime-api.ts';
export { toSqsRecord } from '../sqs-event.ts';
