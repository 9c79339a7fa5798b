import type { StackInfo } from '../start-api.ts';

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
