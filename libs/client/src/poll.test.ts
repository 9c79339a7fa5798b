import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Outcome } from './outcome.ts';
import { poll } from './poll.ts';

const head = { version: 1, upload: { eTag: 'e', versionId: null } } as const;
const done: Outcome = { ...head, status: 'done', variants: [] };
const gaveUp: Outcome = { ...head, status: 'rejected', code: 'GAVE_UP', retryable: true };

describe('polling', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Gives one answer after the other, and then always the last one. */
  function answers(...list: (Outcome | undefined)[]) {
    let calls = 0;
    const read = () => Promise.resolve(list[Math.min(calls++, list.length - 1)]);
    return { read, calls: () => calls };
  }

  test('waits longer from time to time, until the outcome is there', async () => {
    const { read, calls } = answers(undefined, undefined, undefined, done);
    const outcome = poll(read);
    await vi.advanceTimersByTimeAsync(300 + 450);
    expect(calls()).toBe(3);
    await vi.advanceTimersByTimeAsync(675);
    expect(await outcome).toBe(done);
  });

  test('ignores the outcome of an earlier upload with the same key', async () => {
    const newer: Outcome = { ...done, upload: { eTag: 'newer', versionId: null } };
    const outcome = poll(answers(done, newer).read, { eTag: 'newer' });
    await vi.advanceTimersByTimeAsync(300);
    expect(await outcome).toBe(newer);
  });

  test('goes on after GAVE_UP, which is written before the last attempt', async () => {
    const outcome = poll(answers(gaveUp, gaveUp, done).read);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toBe(done);
    const last = poll(answers(gaveUp).read, { lastAttempt: 2_000 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await last).toBe(gaveUp);
  });

  test('ends when it is aborted, when its time is over, and when reading fails', async () => {
    const stop = new AbortController();
    const aborted = expect(poll(answers(undefined).read, { signal: stop.signal })).rejects;
    stop.abort();
    await aborted.toMatchObject({ code: 'ABORTED' });
    vi.useRealTimers();
    const late = poll(answers(undefined).read, { timeout: 10 });
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(poll(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

test('the browser part is below 3 kB, and imports nothing', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(import.meta.dirname, 'index.ts')],
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false },
    metafile: true,
  });
  expect(Object.keys(metafile.inputs).every((file) => !file.includes('node_modules'))).toBe(true);
  expect(gzipSync(outputFiles[0]?.contents ?? '').byteLength).toBeLessThan(3_000);
});
