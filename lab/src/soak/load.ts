import { setTimeout as delay } from 'node:timers/promises';
import type { Application } from '../testbed/application.ts';
import type { Blob } from '../testbed/sample-uploads.ts';

const PAUSE_MS = 100;
/** Messages that may wait: the pipeline always has work, and never hours of it. */
const BACKLOG = 30;
/** Uploads between two looks at the queue. */
const A_ROUND = 10;

/**
 * Overwrites the same keys again and again, as fast as the pipeline works them off, so that nothing grows but what leaks.
 * @param isOver asked after each round
 * @returns how many uploads it were
 */
export async function keepLoaded(
  application: Application,
  blobs: readonly Blob[],
  keys: readonly string[],
  isOver: (uploads: number) => boolean,
): Promise<number> {
  let uploads = 0;
  while (!isOver(uploads)) {
    const round = Array.from({ length: A_ROUND }, (_, index) => uploads + index);
    await Promise.all(
      round.map((number) => {
        const key = keys[number % keys.length];
        // Another one each time it is this key's turn: nothing is up to date already.
        const blob = blobs[(number + Math.floor(number / keys.length)) % blobs.length];
        if (key === undefined || !blob) throw new RangeError('There is nothing to upload');
        return application.perform({ kind: 'upload', key, blob });
      }),
    );
    uploads += A_ROUND;
    while ((await application.messages()).waiting > BACKLOG) await delay(PAUSE_MS);
  }
  return uploads;
}
