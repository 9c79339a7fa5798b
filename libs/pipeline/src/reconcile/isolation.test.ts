import type { DecodeCost, ImageEngine, Survey } from '@darkroom/transforms';
import { describe, expect, test, vi } from 'vitest';
import { verdictOf } from '../contract/codes.ts';
import { letterEngine } from '../testing/letter-engine.ts';
import { KEY, letters, manifestOf } from '../testing/letters.ts';
import { Isolation, NeedsIsolation, ProcessEnded } from './isolation.ts';
import { reconcile } from './reconcile.ts';

const CHEAP: DecodeCost = { cpuSeconds: 0.1, memory: 20 };
/** 100,000 frames of one pixel: 10 seconds for reading the header alone. */
const MANY_FRAMES: Survey = {
  format: 'webp',
  structure: {
    ...{ format: 'webp', bytes: 5_000_000, width: 1, height: 1, frames: 100_000 },
    ...{ animated: true, largestFrame: 50, lossless: true, alpha: false, chunks: 200_000 },
  },
};

/** A bucket with an upload whose decode costs that much, and two engines that say who worked. */
function bucketWith(decoding: DecodeCost | undefined, memory = 10) {
  const worked: string[] = [];
  const named = (name: string, changes: Partial<ImageEngine> = {}): ImageEngine => ({
    ...letterEngine,
    survey: () =>
      Promise.resolve({
        format: 'jpeg',
        ...(decoding && {
          structure: {
            ...{ format: 'jpeg', bytes: 9, width: 4, height: 3, components: 3, process: 0 },
            ...{ blocks: 3, held: false, scans: 1, firstBlocks: 3, refinedBlocks: 0 },
            ...{ ended: true, complete: true },
          },
        }),
      }),
    estimate: () => ({ pages: 1, memory, ...(decoding && { decoding }) }),
    inspect(source) {
      worked.push(`${name} reads the header`);
      return letterEngine.inspect(source);
    },
    async *render(request) {
      worked.push(`${name} renders`);
      yield* letterEngine.render(request);
    },
    ...changes,
  });
  const bucket = letters({}, { engine: named('the function') });
  bucket.source.place(KEY, 'A');
  return { bucket, worked, isolated: named('the process'), named };
}

describe('an upload over the limits', () => {
  test('is TOO_LARGE with the numbers and the option, before a decoder reads its header', async () => {
    const inspect = vi.fn(() => Promise.reject(new Error('a decoder saw it')));
    const engine = { survey: () => Promise.resolve(MANY_FRAMES), inspect };
    const bucket = letters({}, { engine, limits: { cpuSeconds: 8 } });
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, { ...bucket, isolated: 'later' });
    expect(inspect).not.toHaveBeenCalled();
    expect(manifestOf(bucket)).toMatchObject({
      status: 'rejected',
      error: {
        code: 'TOO_LARGE',
        message: 'CPU seconds to decode: about 31, the limit is 8 (limits.cpuSeconds)',
        retryable: false,
      },
    });
  });

  test('is TOO_LARGE for the memory of the function too, before a decoder reads its header', async () => {
    const inspect = vi.fn(() => Promise.reject(new Error('a decoder saw it')));
    // The canvas of a moving picture is held as a whole: 4.9 MiB for each megapixel.
    const canvas = { ...MANY_FRAMES.structure, width: 16_000, height: 16_000, frames: 2 };
    const survey = { ...MANY_FRAMES, structure: canvas } as Survey;
    const engine = { survey: () => Promise.resolve(survey), inspect };
    const bucket = letters({}, { engine });
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, { ...bucket, isolated: 'later' });
    expect(inspect).not.toHaveBeenCalled();
    expect(manifestOf(bucket)).toMatchObject({
      error: {
        code: 'TOO_LARGE',
        message: expect.stringMatching(
          /^memory in MiB: needs about 1,5\d\d, the function has/,
        ) as string,
        retryable: true,
      },
    });
  });

  test('is TOO_LARGE for what its recipe decodes, before any pixel is decoded', async () => {
    const { bucket, worked } = bucketWith({ cpuSeconds: 2, memory: 3000.5 });
    await reconcile(KEY, bucket);
    expect(worked).toEqual(['the function reads the header']);
    expect(manifestOf(bucket)).toMatchObject({
      error: {
        code: 'TOO_LARGE',
        message: 'memory to decode in MiB: about 3,001, the limit is 2,048 (limits.memory)',
      },
    });
  });

  test('counts only the pages that are decoded', async () => {
    const pages = (decoded: number) => ({
      inspect: async (source: Uint8Array) => ({
        ...(await letterEngine.inspect(source)),
        pages: 9,
      }),
      estimate: () => ({ pages: decoded, memory: 0 }),
    });
    const limits = { pages: 5 };
    for (const [decoded, status] of [
      [1, 'done'],
      [9, 'rejected'],
    ] as const) {
      // prettier-ignore
      const bucket = letters({}, { engine: pages(decoded), limits });
      bucket.source.place(KEY, 'A');
      await reconcile(KEY, bucket);
      expect(manifestOf(bucket)).toMatchObject({ status });
    }
  });
});

test.each([
  ['all', undefined, 1024],
  ['its own part', CHEAP, 10],
])('an upload has %s of the memory while it is rendered', async (_part, decoding, used) => {
  const { bucket, named } = bucketWith(decoding);
  const seen: number[] = [];
  const watching: Partial<ImageEngine> = {
    async *render(request) {
      seen.push(Math.round(bucket.memory.used));
      yield* letterEngine.render(request);
    },
  };
  const engine = named('the function', watching);
  await reconcile(KEY, { ...bucket, engine, isolated: named('the process', watching) });
  expect(seen).toEqual([used]);
});

describe('an upload is processed in a process of its own', () => {
  const whole = ['the process reads the header', 'the process renders'];
  test.each([
    [
      'never, if it is ordinary',
      CHEAP,
      10,
      ['the function reads the header', 'the function renders'],
    ],
    ['if its cost is unknown', undefined, 10, whole],
    [
      'if it costs more than 5 CPU seconds',
      { cpuSeconds: 5.1, memory: 20 },
      10,
      ['the function reads the header', 'the process renders'],
    ],
    [
      'if it takes more than half of the memory',
      CHEAP,
      513,
      ['the function reads the header', 'the process renders'],
    ],
  ] as const)('%s', async (_when, decoding, memory, expected) => {
    // prettier-ignore
    const { bucket, worked, isolated } = bucketWith(decoding, memory);
    expect(await reconcile(KEY, { ...bucket, isolated })).toMatchObject({ kind: 'done' });
    expect(worked).toEqual(expected);
  });

  test('or later, behind its neighbours: nothing was decoded and nothing is written until then', async () => {
    const { bucket, worked } = bucketWith(undefined);
    const attempt = reconcile(KEY, { ...bucket, isolated: 'later' });
    await expect(attempt).rejects.toBeInstanceOf(NeedsIsolation);
    expect(worked).toEqual([]);
    expect(bucket.memory.used).toBe(0);
  });
});

describe('an upload whose process is killed', () => {
  const byTime = new ProcessEnded(
    'TIMEOUT',
    'its process was killed at its deadline: the image had 20 s',
  );
  const byMemory = new ProcessEnded(
    'INTERNAL',
    'The process that worked on the image ended: SIGKILL',
  );
  const killed = (error: ProcessEnded) => () => {
    throw error;
  };

  test.each([
    ['at its deadline, and again', byTime, byTime],
    ['at its deadline, then for its memory', byTime, byMemory],
    ['for its memory, then at its deadline', byMemory, byTime],
    ['for its memory, and again', byMemory, byMemory],
  ])(
    '%s: comes again once, and is TOO_LARGE for good then, but retryable',
    async (_how, first, second) => {
      const { bucket, named } = bucketWith(undefined);
      const isolated = (error: ProcessEnded) => named('the process', { render: killed(error) });
      // No outcome is written: SQS delivers the message again.
      await expect(reconcile(KEY, { ...bucket, isolated: isolated(first) })).rejects.toBe(first);
      expect(verdictOf(first.code)).toBe('retry');
      const retry = { ...bucket, isolated: isolated(second) };
      // An outcome: the message is deleted, and no dead letter is sent.
      const outcome = await reconcile(KEY, retry, { retry: true });
      expect(outcome).toMatchObject({ kind: 'rejected' });
      expect(manifestOf(bucket)).toMatchObject({
        error: {
          code: 'TOO_LARGE',
          message: expect.stringContaining(`stopped twice: ${second.message}`) as string,
          retryable: true,
        },
      });
    },
  );

  test('comes again until it gives up, if its cost was ordinary: a neighbour may be guilty', async () => {
    const { bucket, named } = bucketWith(CHEAP);
    const engine = named('the process', { render: killed(byTime) });
    const context = { ...bucket, engine, isolated: engine };
    await expect(reconcile(KEY, context, { retry: true })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });
});

test('more than 5 CPU seconds of decode and steps, or more than half of the memory, need a process', () => {
  const engine = letterEngine;
  const isolated = { ...letterEngine };
  const isIsolated = (...of: Parameters<Isolation['engineFor']>) =>
    new Isolation({ engine, isolated }).engineFor(...of) === isolated;
  const seconds = (cpuSeconds: number) => ({ cpuSeconds, memory: 20 });
  expect(isIsolated(seconds(5))).toBe(false);
  expect(isIsolated(seconds(5.1))).toBe(true);
  expect(isIsolated(seconds(3), { stepSeconds: 2 })).toBe(false);
  expect(isIsolated(seconds(3), { stepSeconds: 2.1 })).toBe(true);
  expect(isIsolated(seconds(1), { memoryShare: 0.5 })).toBe(false);
  expect(isIsolated(seconds(1), { memoryShare: 0.51 })).toBe(true);
  expect(isIsolated(undefined)).toBe(true);
  const later = new Isolation({ engine, isolated: 'later' });
  expect(() => later.engineFor(seconds(6))).toThrow(
    expect.objectContaining({ name: 'NeedsIsolation' }),
  );
});
