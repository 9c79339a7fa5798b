import type { SettingsInput } from '@darkroom/pipeline';

/** Seconds; the least that a stack may set. */
export const FUNCTION_TIMEOUT = 10;
/**
 * Seconds. Six times the function's timeout is a long wait after a kill. This is the least value that keeps assumption (i)
 * of the protocol: 20 for the start of a process (libs/local-lambda), 10 for the batch, and a reserve.
 */
export const VISIBILITY_TIMEOUT = 35;

/** Small images, and everything that the protocol depends on: names by source format, several outputs, several images at once. */
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
  // Two vCPUs: the function processes two images at once.
  function: { timeout: FUNCTION_TIMEOUT, memory: 3538 },
  queue: { batchSize: 4, maximumConcurrency: 4 },
  storage: { protect: false },
};
