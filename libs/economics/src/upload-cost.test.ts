import { LAMBDA_GB_SECOND, settingsSchema } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { defaultPrices, pricesSchema } from './prices.ts';
import {
  averageUse,
  DEFAULT_ASSUMPTIONS,
  imageSeconds,
  uploadCost,
  type CostSettings,
  type UploadUse,
} from './upload-cost.ts';

const GB = 2 ** 30;

/** Two outputs: LIST, three PUT; GET, HEAD. */
const use: UploadUse = {
  cpuSeconds: 0.5,
  writes: 4,
  reads: 2,
  uploadBytes: GB / 1000,
  outputBytes: GB / 4000,
  memory: 600,
};
const settings: CostSettings = {
  memory: 1769,
  architecture: 'arm64',
  ephemeralStorage: 512,
  messagesPerCall: 5,
  kms: false,
  events: false,
};
const cost = (given: Partial<CostSettings> = {}, assumptions = DEFAULT_ASSUMPTIONS) =>
  uploadCost(use, { ...settings, ...given }, defaultPrices, assumptions);

describe('time of an image', () => {
  test('CPU time and waits for S3 at one vCPU', () => {
    expect(imageSeconds(use, 1769, DEFAULT_ASSUMPTIONS)).toBeCloseTo(0.5 + 6 * 0.05);
  });

  test('half a vCPU takes twice the CPU time', () => {
    expect(imageSeconds(use, 1769 / 2, DEFAULT_ASSUMPTIONS)).toBeCloseTo(1 + 6 * 0.05);
  });

  test('one image does not use more than one vCPU', () => {
    expect(imageSeconds(use, 10_240, DEFAULT_ASSUMPTIONS)).toBeCloseTo(0.5 + 6 * 0.05);
  });
});

describe('the parts of the cost of a million uploads', () => {
  const { parts, total, lambda } = cost();

  test.each([
    ['compute', parts.lambdaCompute, 1e6 * 0.8 * (1769 / 1024) * 0.0000133334],
    ['calls, five messages each', parts.lambdaCalls, 0.2 / 5],
    ['writes', parts.s3Writes, 4 * 5],
    ['reads', parts.s3Reads, 2 * 0.4],
    ['SQS: a send each, a receive and a delete for five', parts.sqs, 0.4 * (1 + 2 / 5)],
    ['KMS without a key', parts.kms, 0],
    ['events without a bus', parts.events, 0],
    ['logs', parts.logs, (1e9 / GB) * 0.5],
    ['storage for a month', parts.storage, 1250 * 0.023],
    ['transfer without downloads', parts.transfer, 0],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBeCloseTo(expected, 9);
  });

  test('add up', () => {
    expect(total).toBeCloseTo(
      Object.values<number>({ ...parts }).reduce((sum, part) => sum + part),
    );
  });

  test('the call takes the images of its batch one after the other', () => {
    expect(lambda.callSeconds).toBeCloseTo(5 * 0.8);
  });

  test('a key, a bus, larger /tmp, downloads and months cost more', () => {
    expect(cost({ kms: true }).parts.kms).toBeCloseTo(6e6 * 0.01 * (0.03 / 10_000));
    expect(cost({ events: true }).parts.events).toBe(1);
    const larger = cost({ ephemeralStorage: 1024 }).parts.lambdaCompute;
    expect(larger - parts.lambdaCompute).toBeCloseTo(1e6 * 0.8 * 0.5 * 0.0000000309);
    const used = cost({}, { ...DEFAULT_ASSUMPTIONS, downloads: 3, months: 12 }).parts;
    expect(used.transfer).toBeCloseTo(3 * 250 * 0.09);
    expect(used.s3Reads).toBeCloseTo((2 + 3 * 2) * 0.4);
    expect(used.storage).toBeCloseTo(12 * parts.storage);
  });

  test('more than ten messages for a call need several requests to SQS', () => {
    expect(cost({ messagesPerCall: 20 }).parts.sqs).toBeCloseTo(0.4 * (1 + 4 / 20));
  });
});

describe('memory sizes', () => {
  test('two vCPUs process two images of a batch at once', () => {
    const { sizes } = cost({ messagesPerCall: 4 });
    const [one, two] = [1769, 3538].map((mib) => sizes.find(({ memory }) => memory === mib));
    expect(two?.callSeconds).toBeCloseTo((one?.callSeconds ?? 0) / 2);
    expect(two?.gbSeconds).toBeCloseTo(one?.gbSeconds ?? 0);
  });

  test('a batch of one leaves the second vCPU idle', () => {
    const { sizes } = cost({ messagesPerCall: 1 });
    const [one, two] = [1769, 3538].map((mib) => sizes.find(({ memory }) => memory === mib));
    expect(two?.gbSeconds).toBeCloseTo(2 * (one?.gbSeconds ?? 0));
  });

  test('the cheapest has enough memory for the largest upload', () => {
    const { sizes, cheapest } = cost();
    expect(sizes.filter(({ fits }) => !fits).map(({ memory }) => memory)).toEqual([512]);
    expect(cheapest?.memory).toBe(768);
    expect(uploadCost({ ...use, memory: 20_000 }, settings, defaultPrices).cheapest).toBe(
      undefined,
    );
  });

  test('the size of the stack is one of them', () => {
    expect(cost({ memory: 900 }).sizes.map(({ memory }) => memory)).toContain(900);
  });
});

test('averages uploads, and keeps the largest memory', () => {
  const other = { ...use, cpuSeconds: 1.5, writes: 6, memory: 900 };
  expect(averageUse([use, other])).toEqual({ ...use, cpuSeconds: 1, writes: 5, memory: 900 });
  expect(averageUse([])).toMatchObject({ cpuSeconds: 0, memory: 0 });
});

describe('price table', () => {
  test('agrees with the defaults of the settings', () => {
    const { costs } = settingsSchema.parse({
      recipes: [{ name: 'a', variants: [{ name: 'b', steps: [] }] }],
    });
    expect(defaultPrices.lambda.gbSecond).toEqual(LAMBDA_GB_SECOND);
    expect(defaultPrices.lambda.millionCalls).toBe(costs.millionCalls);
    expect(defaultPrices.s3.thousandWrites).toBe(costs.thousandWrites);
  });

  test('names its day, region and sources', () => {
    expect(defaultPrices.region).toBe('us-east-1');
    expect(defaultPrices.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(defaultPrices.sources.length).toBeGreaterThanOrEqual(6);
  });

  test('rejects a table without sources or with unknown prices', () => {
    expect(pricesSchema.safeParse({ ...defaultPrices, sources: [] }).success).toBe(false);
    expect(pricesSchema.safeParse({ ...defaultPrices, s4: {} }).success).toBe(false);
    expect(pricesSchema.safeParse({ ...defaultPrices, date: 'today' }).success).toBe(false);
  });
});
