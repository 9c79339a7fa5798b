import { parseSettings, type Settings } from '@darkroom/pipeline';
import type { StackInfo } from '../schemas.ts';

/** Settings of the example stack. */
export const exampleSettings: Settings = parseSettings(
  {
    recipes: [
      {
        name: 'photos',
        match: { prefix: 'uploads/' },
        variants: ['thumb', 'w320', 'w640', 'w1280'].map((name) => ({
          name,
          steps: [{ resize: { width: 200 } }, { encode: 'webp' }],
        })),
      },
    ],
  },
  'example settings',
);

/** A stack as `npm start` has it, for tests. */
export function exampleStack(overrides: Partial<StackInfo> = {}): StackInfo {
  const endpoint = overrides.endpoint ?? 'http://127.0.0.1:4566';
  return {
    stack: 'local',
    endpoint,
    region: 'us-east-1',
    sourceBucket: 'photos-source',
    processedBucket: 'photos-processed',
    queueUrl: `${endpoint}/000000000000/photos`,
    deadLetterQueueUrl: `${endpoint}/000000000000/photos-dead-letter`,
    recipes: [
      {
        name: 'photos',
        match: { prefix: 'uploads/' },
        variants: ['thumb', 'w320', 'w640', 'w1280'],
      },
    ],
    settings: { recipes: [], sideFiles: {} },
    ...overrides,
  };
}
