import { settingsSchema } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';
import { stackModel } from './stack-model.ts';

const settings = settingsSchema.parse({
  recipes: [{ name: 'a', variants: [{ name: 'b', steps: [] }] }],
  function: { memory: 3538, timeout: 60, reservedConcurrency: 20 },
  queue: { batchSize: 10, batchWindow: 2, maximumConcurrency: 20 },
});
const load = { failedAttempts: 0, crashedCalls: 0, coldStartSeconds: 0 };

test('takes over the settings of a stack', () => {
  expect(stackModel(settings, load)).toMatchObject({
    queue: { batchSize: 10, batchWindow: 2, maximumConcurrency: 20, visibilityTimeout: 362 },
    function: { memory: 3538, imagesAtOnce: 2, callSeconds: 55, concurrency: 20 },
  });
});

test('failed attempts wait at least until their requests are dead', () => {
  const { backOff } = stackModel(settings, load).failures;
  expect(backOff(1, () => 0)).toBe(12);
  expect(backOff(2, () => 0.99)).toBeGreaterThan(backOff(1, () => 0.99));
});

test('drains a burst at the speed of its settings', async () => {
  const result = await simulate({
    ...stackModel(settings, load),
    arrivals: [{ from: 0, seconds: 0, uploads: 4000 }],
    spacing: 'even',
    serviceSeconds: () => 2,
    seed: 1,
  });
  // 400 calls of 10 s. 5 calls at first, one more each 0.2 s, all 20 after 3 s.
  expect(result.maxConcurrency).toBe(20);
  expect(result.calls).toBe(400);
  expect(result.seconds).toBeGreaterThanOrEqual(200);
  expect(result.seconds).toBeLessThanOrEqual(210);
});
