import type { SettingsInput } from '@darkroom/pipeline';

/** Seconds; the least that a stack may set. */
export const FUNCTION_TIMEOUT = 10;
/**
 * Seconds. Six times the function's timeout is a long time to wait for a killed batch. This is the least that keeps the
 * protocol's one assumption: 20 for a process to start (lambda/execution-environment.ts), 10 for the batch, and some.
 */
export const VISIBILITY_TIMEOUT = 35;

/** Small pictures, and all that makes passes differ: names by the source's format, several outputs, several at once. */
export const TESTBED_PIPELINE: SettingsInput = {
  recipes: [
    {
      name: 'chaos',
      match: { prefix: 'uploads/' },
      variants: [
        {
          name: 'thumb',
          steps: [
            'rotate',
            { resize: { width: 16, height: 16, fit: 'cover' } },
            { encode: { format: 'webp' } },
          ],
        },
        {
          name: 'web',
          steps: ['rotate', { resize: { width: 32 } }, { encode: { format: 'jpeg' } }],
        },
        { name: 'same', steps: ['rotate', { resize: { width: 24 } }] },
      ],
    },
  ],
  // Two vCPUs' worth: the function works on two images at once.
  function: { timeout: FUNCTION_TIMEOUT, memory: 3538 },
  queue: { batchSize: 4, maximumConcurrency: 4 },
  storage: { protect: false },
};
