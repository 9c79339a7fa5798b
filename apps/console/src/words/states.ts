import type { UploadState } from '../api/client.ts';

/** Selects the colour: green is healthy, red is broken. */
export type Tone = 'good' | 'bad' | 'busy' | 'warn' | 'quiet';

/** How the states look and read. */
export const STATES: Readonly<Record<UploadState, { label: string; tone: Tone; what: string }>> = {
  done: { label: 'Done', tone: 'good', what: 'The outputs match the upload and the recipe.' },
  processing: { label: 'Processing', tone: 'busy', what: 'The function works on it.' },
  waiting: { label: 'Waiting', tone: 'busy', what: 'It waits in the queue.' },
  rejected: { label: 'Rejected', tone: 'bad', what: 'The upload cannot be processed.' },
  'out-of-date': {
    label: 'Out of date',
    tone: 'warn',
    what: 'The outputs were made with another recipe. “Retry” makes them again.',
  },
  'no-recipe': {
    label: 'No recipe',
    tone: 'quiet',
    what: 'No recipe matches the key, so Darkroom makes no outputs of it.',
  },
  reading: { label: 'Reading', tone: 'quiet', what: 'The console reads its manifest.' },
};

/** In the order of the filters. */
export const STATE_NAMES = Object.keys(STATES) as UploadState[];
