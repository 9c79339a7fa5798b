import type { Clock } from '../send.ts';

/** A clock that only `sleep` advances. */
export class FakeClock implements Clock {
  #now = Date.UTC(2024, 0, 1);

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!signal?.aborted) this.#now += milliseconds;
    return Promise.resolve();
  }
}
