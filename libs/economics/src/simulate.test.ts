import { describe, expect, test } from 'vitest';
import { simulate, type Random, type SimulationInput } from './simulate.ts';
import { TIMELINE_POINTS } from './timeline.ts';

const SEED = 20_261_201;

interface Given extends Omit<Partial<SimulationInput>, 'queue' | 'function' | 'failures'> {
  readonly queue?: Partial<SimulationInput['queue']>;
  readonly function?: Partial<SimulationInput['function']>;
  readonly failures?: Partial<SimulationInput['failures']>;
}

/** One message for each call, a second of service, no failures. */
function run(given: Given, signal?: AbortSignal) {
  const input: SimulationInput = {
    arrivals: [{ from: 0, seconds: 0, uploads: 1 }],
    spacing: 'even',
    serviceSeconds: () => 1,
    seed: SEED,
    ...given,
    queue: {
      batchSize: 1,
      batchWindow: 0,
      visibilityTimeout: 360,
      maxReceiveCount: 5,
      ...given.queue,
    },
    function: {
      memory: 1024,
      imagesAtOnce: 1,
      callSeconds: 55,
      coldStartSeconds: 0,
      ...given.function,
    },
    failures: { attempts: 0, calls: 0, backOff: () => 10, ...given.failures },
  };
  return simulate(input, signal);
}

const burst = (uploads: number) => [{ from: 0, seconds: 0, uploads }];
const steady = (perSecond: number, seconds: number) => [
  { from: 0, seconds, uploads: perSecond * seconds },
];
const exponential =
  (mean: number) =>
  (random: Random): number =>
    -mean * Math.log(1 - random());

/** Relative difference. */
const off = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe('drains of a burst take the time that follows from the concurrency', () => {
  test('with a fixed number of calls: messages × seconds / calls', async () => {
    const result = await run({ arrivals: burst(1000), queue: { maximumConcurrency: 4 } });
    expect(result.seconds).toBe(250);
    expect(result.maxConcurrency).toBe(4);
    expect(result.latency).toMatchObject({ max: 250, mean: 125.5 });
    expect(result.gbSeconds).toBeCloseTo(1000);
  });

  test('batches of ten with one image at a time take as long', async () => {
    const given = { arrivals: burst(1000), queue: { batchSize: 10, maximumConcurrency: 4 } };
    expect(await run(given)).toMatchObject({ seconds: 250, calls: 100 });
  });

  test('two images at once halve it', async () => {
    const result = await run({
      arrivals: burst(1000),
      queue: { batchSize: 10, maximumConcurrency: 4 },
      function: { imagesAtOnce: 2 },
    });
    expect(result.seconds).toBe(125);
  });

  test('while AWS adds 300 batches a minute to the first 5, t² / 2 × 5 + 5 t are done after t seconds', async () => {
    const messages = 100_000;
    const { seconds, maxConcurrency } = await run({
      arrivals: burst(messages),
      serviceSeconds: () => 0.1,
      function: { concurrency: 2000 },
    });
    // 10 messages a second for each poller: 10 × (5 t + 2.5 t²) = messages.
    const expected = (-5 + Math.sqrt(25 + 4 * 2.5 * (messages / 10))) / 5;
    expect(off(seconds, expected)).toBeLessThan(0.01);
    expect(off(maxConcurrency, 5 + 5 * expected)).toBeLessThan(0.01);
  });

  test('never more calls than the maximum of an event source mapping', async () => {
    const { maxConcurrency, throttledBatches } = await run({
      arrivals: burst(1_000_000),
      function: { concurrency: 5000 },
    });
    expect(maxConcurrency).toBe(1250);
    expect(throttledBatches).toBe(0);
  });
});

describe('waiting times agree with queueing theory', () => {
  test(`M/D/1 at 80 % load (seed ${SEED}): service × load / (2 × (1 - load))`, async () => {
    const result = await run({
      arrivals: steady(0.8, 500_000),
      spacing: 'random',
      queue: { maximumConcurrency: 1 },
    });
    const wait = 0.8 / (2 * (1 - 0.8));
    expect(off(result.latency.mean - 1, wait)).toBeLessThan(0.03);
  });

  test(`M/M/4 at 75 % load (seed ${SEED}): Erlang’s C formula`, async () => {
    const [servers, load] = [4, 3];
    const result = await run({
      arrivals: steady(load, 200_000),
      spacing: 'random',
      serviceSeconds: exponential(1),
      queue: { maximumConcurrency: servers },
    });
    const term = (n: number): number => (n === 0 ? 1 : (term(n - 1) * load) / n);
    const busy = (term(servers) * servers) / (servers - load);
    const waits = busy / (term(0) + term(1) + term(2) + term(3) + busy);
    expect(off(result.latency.mean - 1, waits / (servers - load))).toBeLessThan(0.03);
  });

  test('Little’s law: the mean backlog is the arrival rate × the mean wait', async () => {
    const result = await run({
      arrivals: steady(4, 20_000),
      spacing: 'random',
      serviceSeconds: () => 1.1,
      queue: { maximumConcurrency: 5 },
    });
    const rate = result.uploads / result.seconds;
    expect(result.backlog.mean).toBeCloseTo(rate * (result.latency.mean - 1.1), 6);
    expect(result.backlog.mean).toBeGreaterThan(0.1);
  });
});

describe('failures', () => {
  test(`failed attempts come back, and the last receive ends in the dead-letter queue (seed ${SEED})`, async () => {
    const messages = 100_000;
    const result = await run({
      arrivals: steady(100, messages / 100),
      queue: { maxReceiveCount: 3 },
      serviceSeconds: () => 0.01,
      failures: { attempts: 0.3 },
    });
    expect(result.succeeded + result.deadLetters).toBe(messages);
    expect(off(result.deadLetters, messages * 0.3 ** 3)).toBeLessThan(0.05);
    expect(off(result.attempts, messages * (1 + 0.3 + 0.3 ** 2))).toBeLessThan(0.01);
  });

  test('a failed message waits for its back-off, a crashed batch for the visibility timeout', async () => {
    let failed = false;
    const backOff = () => ((failed = true), 10);
    const once = await run({
      failures: { attempts: 0.999_999, backOff },
      queue: { maxReceiveCount: 2 },
    });
    expect(failed).toBe(true);
    expect(once).toMatchObject({ deadLetters: 1, attempts: 2, seconds: 12 });
    const crashed = await run({ failures: { calls: 0.999_999 }, queue: { maxReceiveCount: 2 } });
    expect(crashed).toMatchObject({ deadLetters: 1, attempts: 2, seconds: 361 });
  });

  test('messages that the call has no time for come back', async () => {
    const result = await run({
      arrivals: burst(10),
      queue: { batchSize: 10, maximumConcurrency: 1, maxReceiveCount: 9 },
      function: { callSeconds: 4.5 },
    });
    expect(result).toMatchObject({ succeeded: 10, calls: 3, attempts: 10 + 6 + 2 });
  });
});

describe('throttling', () => {
  test('an event source mapping with more batches than the function may run keeps them waiting', async () => {
    const result = await run({
      arrivals: burst(1000),
      queue: { maximumConcurrency: 50 },
      function: { concurrency: 2 },
    });
    expect(result).toMatchObject({ maxConcurrency: 2, seconds: 500, succeeded: 1000 });
    expect(result.throttledBatches).toBeGreaterThan(500);
  });

  test('throttled batches return after the visibility timeout and lose a receive', async () => {
    const result = await run({
      arrivals: burst(100),
      serviceSeconds: () => 50,
      queue: { maximumConcurrency: 50, visibilityTimeout: 60, maxReceiveCount: 2 },
      function: { concurrency: 1 },
    });
    expect(result.deadLetters).toBeGreaterThan(40);
    expect(result.succeeded + result.deadLetters).toBe(100);
  });
});

describe('batches', () => {
  test('a window waits for messages, and a full batch does not wait', async () => {
    const arrivals = [
      { from: 0, seconds: 0, uploads: 1 },
      { from: 2, seconds: 0, uploads: 1 },
      { from: 100, seconds: 0, uploads: 5 },
    ];
    const result = await run({ arrivals, queue: { batchSize: 5, batchWindow: 10 } });
    expect(result.calls).toBe(2);
    // The first two start after 10 s, one after the other; the five do not wait.
    expect(result.latency.mean * 7).toBeCloseTo(11 + 10 + (1 + 2 + 3 + 4 + 5));
  });

  test('requests to SQS: a send for each message, a receive and a delete for each ten', async () => {
    const result = await run({
      arrivals: burst(100),
      queue: { batchSize: 20, maximumConcurrency: 5 },
    });
    expect(result.sqsRequests).toBe(100 + 10 + 10);
  });
});

test('a cold start delays and costs the first call of each environment', async () => {
  const given = { arrivals: burst(20), queue: { maximumConcurrency: 2 } };
  const result = await run({ ...given, function: { coldStartSeconds: 0.5 } });
  expect(result).toMatchObject({ coldStarts: 2, seconds: 10.5 });
  expect(result.gbSeconds).toBeCloseTo(21);
});

test('the same seed gives the same result, another one does not', async () => {
  const given: Given = {
    arrivals: steady(5, 1000),
    spacing: 'random',
    serviceSeconds: exponential(1),
    failures: { attempts: 0.1 },
  };
  expect(await run(given)).toEqual(await run(given));
  expect((await run({ ...given, seed: 2 })).latency.mean).not.toBe((await run(given)).latency.mean);
});

test('a burst of a million keeps the timeline short and in order', async () => {
  const { timeline, succeeded, backlog } = await run({
    arrivals: burst(1_000_000),
    queue: { batchSize: 5, maximumConcurrency: 50 },
  });
  expect(succeeded).toBe(1_000_000);
  expect(backlog.max).toBe(1_000_000);
  expect(timeline.length).toBeLessThanOrEqual(TIMELINE_POINTS);
  expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort((a, b) => a - b));
  expect(timeline.at(-1)).toMatchObject({ backlog: 0, concurrency: 0, succeeded: 1_000_000 });
});

test('rejects more uploads than it simulates', async () => {
  await expect(run({ arrivals: burst(1e9) })).rejects.toThrow(/too many: at most 20000000/);
});

test('ends when its signal is aborted', async () => {
  const interruption = new AbortController();
  const simulation = run({ arrivals: burst(1_000_000) }, interruption.signal);
  setImmediate(() => interruption.abort());
  await expect(simulation).rejects.toThrow(/aborted/);
});
