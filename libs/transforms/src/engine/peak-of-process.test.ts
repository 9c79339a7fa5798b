import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { peakOfProcess } from './peak-of-process.ts';

const MIB = 1024 * 1024;

test.runIf(process.platform === 'linux')('the peak is the one that the kernel records', () => {
  const recorded = () =>
    1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]);
  const before = recorded();
  const peak = peakOfProcess();
  expect(peak).toBeGreaterThanOrEqual(before);
  expect(peak).toBeLessThanOrEqual(recorded());
});

test('the peak stays when the memory is free again', () => {
  const before = process.memoryUsage.rss();
  Buffer.alloc(100 * MIB, 1);
  expect(peakOfProcess()).toBeGreaterThan(before + 90 * MIB);
});
