import { notification } from '../testing/notification.ts';
import type { Rig } from '../testbed/testbed.ts';
import type { Blob } from '../testbed/sample-uploads.ts';

const KEYS = 50;
/** Sent at once. */
const CONCURRENCY = 50;

export interface BurstFigures {
  readonly messages: number;
  /** Seconds from the first message sent to an empty queue. */
  readonly seconds: number;
  /** Messages that went to the dead-letter queue. */
  readonly deadLetters: number;
}

/** So many messages at once, of uploads that are new to the pipeline at first and up to date for the rest. */
export async function measureBurst(
  { application, info }: Rig,
  blobs: readonly Blob[],
  messages: number,
): Promise<{ figures: BurstFigures; uploads: ReadonlyMap<string, Blob> }> {
  const begun = performance.now();
  const uploads = new Map(
    Array.from({ length: KEYS }, (_, index) => {
      const blob = blobs[index % blobs.length];
      if (!blob) throw new RangeError('There is nothing to upload');
      return [`uploads/burst/${index}`, blob] as const;
    }),
  );
  for (const [key, blob] of uploads) await application.perform({ kind: 'upload', key, blob });
  const keys = [...uploads.keys()];
  let left = messages - uploads.size;
  const sender = async () => {
    while (left-- > 0) {
      const key = keys[left % keys.length];
      if (key !== undefined)
        await application.send(notification({ bucket: info.sourceBucket, key }));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, sender));
  await application.quiet();
  const seconds = (performance.now() - begun) / 1000;
  const letters = await application.takeDeadLetters();
  return { figures: { messages, seconds, deadLetters: letters.length }, uploads };
}
