import { expect, test } from 'vitest';
import type { JobResult, Report } from './report.ts';
import { checkFigures, figureOf, regressions, TARGETS, verdictOf } from './targets.ts';

function report(engine: number): Report {
  const measured = { wall: 1, peak: 1, bytes: 1 };
  const job: JobResult = {
    ...{ id: 'thumbnail', title: 'Thumbnail', group: 'jobs', uploads: 1, uploadBytes: 1 },
    rows: [
      { contestant: 'engine', cpu: engine, ratio: engine, ...measured },
      { contestant: 'sharp', cpu: 1, ratio: 1, ...measured },
    ],
    cannot: [],
  };
  return {
    ...{ date: '2026-01-01', versions: {}, sources: '', rounds: 1, minutes: 1, missing: [] },
    ...{ jobs: [job], profiles: [], isQuick: false },
    machine: { processor: 'any', processors: 2, loadBefore: 0, loadHighest: 2 },
    duplicate: { LIST: 1, GET: 1, HEAD: 1, PUT: 0, DELETE: 0, bytesIn: 0, bytesOut: 0 },
    coldStart: { phases: [], ratio: 1.1, cpuRatio: 1.1, starts: 1 },
    burst: {
      ...{ messages: 1, seconds: 1, perSecond: 3, sharpPerSecond: 6 },
      latency: { p50: 1, p90: 1, p99: 1, max: 1 },
    },
  };
}

test('a target is met, missed by a share of its bound, or not measured', () => {
  expect(verdictOf(1.4, { bound: 1.4, better: 'less' })).toBe('met');
  expect(verdictOf(2.1, { bound: 1.4, better: 'less' })).toBe('missed by 50 %');
  expect(verdictOf(3, { bound: 6, better: 'more' })).toBe('missed by 50 %');
  expect(verdictOf(NaN, { bound: 1, better: 'less' })).toBe('not measured');
});

test('a target of a rival that did not run has no figure', () => {
  const figures = TARGETS.map((target) => [target.name, figureOf(target, report(1))]);
  expect(Object.fromEntries(figures)).toMatchObject({
    'requests of a duplicate message': 3,
    'thumbnail: Pillow handler ÷ whole function, CPU': NaN,
    'local pipeline, thumbnails per second ÷ bare sharp on two cores': 0.5,
  });
});

test('the check accepts a figure within the tolerance, and names one beyond it with what to measure again', () => {
  const committed = checkFigures(report(1));
  expect(regressions(report(1.2), committed)).toEqual([]);
  expect(regressions(report(1.3), committed)).toEqual([
    {
      ...{ name: 'Thumbnail: engine ÷ bare sharp', ratio: 1.3, before: 1 },
      parts: ['thumbnail'],
    },
  ]);
  expect(regressions(report(0.5), committed)).toEqual([]);
  const { burst } = report(1);
  const slow = { ...report(1), burst: { ...burst, perSecond: burst.perSecond / 2 } };
  expect(regressions(slow, committed).map(({ parts }) => parts)).toEqual([['burst']]);
});
