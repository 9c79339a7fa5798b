import { setTimeout as sleep } from 'node:timers/promises';
import type { StackInfo } from '@darkroom/console-api';

/** The demo cannot go on; the message says what to do. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code = 'DEMO_FAILED';
}

const PAUSE_MS = 500;
/** A first start deploys and builds. */
const PATIENCE_MS = 120_000;

/**
 * Asks for the stack, and waits while it starts.
 * @param url of the console
 * @throws DemoError where nothing of ours answers, or it does not get ready
 */
export async function findStack(url: string, onStarting: () => void): Promise<StackInfo> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let told = false; ; told = true) {
    const response = await fetch(`${url}/api/stack`).catch((cause: unknown) => {
      throw new DemoError(
        `Nothing answers at ${url}: run "npm start" in another terminal first (DARKROOM_PORT says where)`,
        { cause },
      );
    });
    if (response.ok) return (await response.json()) as StackInfo;
    if (response.status !== 503)
      throw new DemoError(`What answers at ${url} is not Darkroom (HTTP ${response.status})`);
    if (Date.now() > deadline)
      throw new DemoError(
        `Darkroom at ${url} is still starting after ${PATIENCE_MS / 1000} s: see its terminal`,
      );
    if (!told) onStarting();
    await sleep(PAUSE_MS);
  }
}
