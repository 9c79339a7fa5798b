import * as z from 'zod';
import type { Playback } from './encoded-picture.ts';

const count = z.number().int().min(0).max(65_535).optional();

/** sharp's options of encoders that hold animations. */
export const playbackOptions = {
  loop: count.describe(
    'Of an animation: how often it plays, 0 is for ever. Left out: as in the upload.',
  ),
  delay: count.describe(
    'Of an animation: milliseconds that each frame is shown. Left out: as in the upload.',
  ),
};

interface Given {
  readonly loop?: number | undefined;
  readonly delay?: number | undefined;
}

/** The upload's playback, but for what the step says; a still, whose frames have no times, has none. */
export function playedAs({ loop, delay }: Given, playback: Playback): Playback {
  if (!playback.delay) return playback;
  return {
    ...playback,
    ...(loop === undefined ? {} : { loop }),
    ...(delay === undefined ? {} : { delay: playback.delay.map(() => delay) }),
  };
}
