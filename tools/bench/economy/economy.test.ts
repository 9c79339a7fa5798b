import { expect, test } from 'vitest';
import type { JobResult } from '../report.ts';
import { costsOf, sharesOf, totalAt, useOf } from './costs.ts';
import { firstQuota, loadsOf } from './loads.ts';

const requests = { LIST: 1, GET: 1, HEAD: 1, PUT: 8, DELETE: 0, bytesIn: 9, bytesOut: 500 };
const row = { cpu: 0.5, wall: 1, peak: 599.5, bytes: 500 };
const job: JobResult = {
  ...{ id: 'web', title: 'Web', group: 'jobs', uploads: 1, uploadBytes: 9, cannot: [] },
  rows: [
    { contestant: 'function', ...row, requests },
    { contestant: 'sharp handler', ...row, cpu: 1, requests: { ...requests, LIST: 0, HEAD: 0 } },
    { contestant: 'sharp', ...row },
  ],
};
const use = useOf(job, 'function');

test('a handler’s use is what it took and requested', () => {
  expect(use).toEqual({
    ...{ cpuSeconds: 0.5, writes: 9, reads: 2, uploadBytes: 9, outputBytes: 500, memory: 600 },
  });
  expect(useOf(job, 'sharp')).toBeUndefined();
  expect(useOf(job, 'Pillow handler')).toBeUndefined();
});

test('a million uploads cost Lambda, S3, SQS and logs, and nothing for storage', () => {
  const [cost] = costsOf({ jobs: [job] });
  // 9 PUT and LIST of 0.005 dollars per thousand, 2 GET and HEAD of 0.0004.
  expect(cost?.darkroom.parts).toMatchObject({ s3Writes: 45, s3Reads: 0.8, storage: 0 });
  const shares = Object.values(cost ? sharesOf(cost.darkroom) : {});
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  expect(cost?.handler?.total).toBeGreaterThan(0);
});

test('a size with too little memory has no cost', () => {
  const [cost] = costsOf({ jobs: [job] });
  if (!cost) throw new Error('no cost');
  expect(totalAt(cost.darkroom, 512)).toBeUndefined();
  expect(totalAt(cost.darkroom, 1769)).toBeCloseTo(cost.darkroom.total);
  expect(totalAt(cost.darkroom, 10_240)).toBeGreaterThan(cost.darkroom.total);
});

const quota = { cap: 10, quota: 'calls' };
const at = (seconds: number, concurrency: number, succeeded: number) => ({
  ...{ at: seconds, concurrency, succeeded, backlog: 0 },
});

test('the first quota that a load reaches is named with its time', () => {
  const timeline = [at(0, 5, 0), at(10, 10, 2000), at(20, 10, 30_000)];
  expect(firstQuota({ timeline, maxConcurrency: 10 }, quota, 9)).toBe('calls: 10, within 10 s');
  // 2,800 uploads a second write 25,200 objects.
  expect(firstQuota({ timeline, maxConcurrency: 9 }, quota, 9)).toBe(
    'S3 writes to one prefix: 3,500 a second, within 20 s',
  );
  expect(firstQuota({ timeline, maxConcurrency: 9 }, quota, 1)).toBe('none');
});

test('few uploads wait for nothing; a burst fills the calls', async () => {
  if (!use) throw new Error('no use');
  const loads = await loadsOf(use, [
    { name: 'few', arrivals: { from: 0, seconds: 100, uploads: 100 } },
    { name: 'burst', arrivals: { from: 0, seconds: 0, uploads: 5000 } },
  ]);
  expect(loads.map(({ name, cap }) => [name, cap])).toEqual([
    ...[
      ['few', 10],
      ['few', 1000],
      ['burst', 10],
      ['burst', 1000],
    ],
  ]);
  const [few, , burst] = loads;
  expect(few).toMatchObject({ firstQuota: 'none', simulation: { succeeded: 100 } });
  expect(burst?.simulation.backlog.max).toBeGreaterThan(4900);
  expect(burst?.firstQuota).toMatch(/^queue\.maximumConcurrency: 10, within \d+ s$/);
});
