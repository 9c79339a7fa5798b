import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startConsoleRig, type ConsoleRig } from '../api/testing/console-rig.ts';
import { runSamples, type RunOptions } from './run-samples.ts';
import type { Sample } from './samples.ts';

let rig: ConsoleRig;

const morning: Sample = {
  name: 'morning.jpg',
  contentType: 'image/jpeg',
  bytes: () =>
    sharp({ create: { width: 300, height: 200, channels: 3, background: '#b5341d' } })
      .jpeg()
      .toBuffer(),
};

beforeEach(async () => {
  rig = await startConsoleRig();
});
afterEach(() => rig.stop());

function run(overrides: Partial<RunOptions> = {}) {
  return runSamples({
    s3: rig.s3,
    stack: rig.stack,
    prefix: 'uploads/demo/',
    samples: [morning],
    timeLimitMs: 600_000,
    onUploaded: () => undefined,
    onOutcome: () => undefined,
    ...overrides,
  });
}

describe('a sample', () => {
  test('is uploaded, and waited for until the manifest is that of this upload', async () => {
    await rig.upload('uploads/demo/morning.jpg', 'what stood there before');
    await rig.handler.reject('uploads/demo/morning.jpg', 'UNSUPPORTED_FORMAT', 'of before');
    const [result] = await run({
      onUploaded: () => void rig.handler.develop('uploads/demo/morning.jpg', []),
    });
    expect(result?.manifest).toMatchObject({ status: 'done' });
    expect(result?.tookMs).toBeGreaterThan(0);
  });

  test('that had its outcome before has no time of its own', async () => {
    const key = 'uploads/demo/morning.jpg';
    await rig.upload(key, await morning.bytes());
    await rig.handler.develop(key, []);
    const [result] = await run();
    expect(result?.manifest?.status).toBe('done');
    expect(result?.tookMs).toBeUndefined();
  });

  test('without an outcome ends at the time limit', async () => {
    const [result] = await run({ timeLimitMs: 300 });
    expect(result).toMatchObject({ key: 'uploads/demo/morning.jpg', hasRecipe: true });
    expect(result?.manifest).toBeUndefined();
  });

  test('that no recipe is for is not waited for', async () => {
    const [result] = await run({ prefix: 'elsewhere/' });
    expect(result).toMatchObject({ key: 'elsewhere/morning.jpg', hasRecipe: false });
  });
});
