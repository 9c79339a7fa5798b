import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { expectToHold, exploreAll, exploreSome } from './explore.ts';
import type { Faults, Scenario } from './world.ts';

const SMALL: readonly (readonly [string, Faults])[] = [
  ['A', { duplicates: 1 }],
  ['A', { crashes: 1 }],
  ['A', { lostResponses: 1 }],
  ['R', { crashes: 1, duplicates: 1 }],
  ['A-', {}],
  ['AA', {}],
  ['AB', {}],
  ['AC', {}],
  ['AF', {}],
  ['AR', {}],
  ['RA', {}],
  ['A-', { expiries: 1 }],
  ['A-', { crashes: 1 }],
];

// The limit only ends a test that hangs: a slow machine may take minutes for tens of thousands of states.
vi.setConfig({ testTimeout: 1_800_000 });

describe('two workers, every interleaving', () => {
  test.for(SMALL)('history %s with %o', async ([history, faults]) => {
    const result = await exploreAll({ history, workers: 2, faults });
    expectToHold(result);
    expect(result.finalStates).toBeGreaterThan(0);
  });
});

describe('versions, delete markers and twins with the same ETag and size, every interleaving', () => {
  const IDENTITIES: readonly Scenario[] = [
    { history: 'TU', source: 'versioned', workers: 2 },
    { history: 'TU', source: 'with checksums', workers: 2 },
    { history: 'TU', source: 'versioned', workers: 2, receivedBefore: true },
    { history: 'TU', source: 'versioned', workers: 1, faults: { crashes: 1 } },
    { history: 'AA', source: 'versioned', workers: 2 },
    { history: 'A-<', source: 'versioned', workers: 1 },
    { history: 'TU<', source: 'versioned', workers: 1 },
    // The bytes of an orphan are those that the next upload gets.
    { history: 'AC', source: 'versioned', workers: 1, strays: { 'same.png': 'same of C' } },
  ];
  test.for(IDENTITIES)('$source, $workers workers: history $history', async (scenario) => {
    const result = await exploreAll(scenario);
    expectToHold(result);
    expect(result.finalStates).toBeGreaterThan(0);
  });
});

describe('with outcome files, every interleaving', () => {
  const OUTCOMES: readonly Scenario[] = [
    { history: 'A-', workers: 2 },
    { history: 'AR', workers: 1, faults: { crashes: 1 } },
    { history: 'RA', workers: 1, faults: { lostResponses: 1 } },
    { history: 'AA', workers: 1, source: 'versioned', faults: { duplicates: 1 } },
    // The settings have changed: the file of another manifest is there.
    { history: 'A', workers: 2, strays: { 'outcome.json': '{}' } },
  ];
  test.for(OUTCOMES)('$workers workers: history $history with $faults', async (scenario) => {
    const result = await exploreAll({ ...scenario, outcomes: true });
    expectToHold(result);
    expect(result.finalStates).toBeGreaterThan(0);
  });
});

describe('uploads that differ in their metadata only, every interleaving', () => {
  const CHOICES: readonly Scenario[] = [
    { history: 'Aa', workers: 2 },
    { history: 'aA', workers: 2 },
    { history: 'ax', workers: 2, receivedBefore: true },
    { history: 'Ax', workers: 2, faults: { duplicates: 1 } },
    { history: 'xa', workers: 1, faults: { crashes: 1 } },
    { history: 'aA', workers: 1, faults: { lostResponses: 1 } },
    { history: 'Aa', workers: 1, source: 'versioned', faults: { crashes: 1 } },
    { history: 'xA', workers: 1, outcomes: true },
  ];
  test.for(CHOICES)('$workers workers: history $history with $faults', async (scenario) => {
    const result = await exploreAll(scenario);
    expectToHold(result);
    expect(result.finalStates).toBeGreaterThan(0);
  });
});

describe('two workers that may take what others have left, every interleaving', () => {
  const LEFT: readonly (readonly [string, Faults])[] = [
    ['A', { crashes: 1 }],
    ['A', { lostResponses: 1 }],
    ['A-', {}],
    ['AA', {}],
    ['AB', {}],
    ['AC', {}],
    ['AF', {}],
  ];
  test.for(LEFT)('history %s with %o', async ([history, faults]) => {
    const result = await exploreAll({ history, workers: 2, faults, receivedBefore: true });
    expectToHold(result);
    expect(result.finalStates).toBeGreaterThan(0);
  });
});

describe('two and three workers, random interleavings of longer histories under faults', () => {
  const LONG = [
    'A-A-',
    'ACAC',
    'ABCA',
    'ABAB',
    'A-AF',
    'AFAF',
    'A-CA',
    'A-A-C',
    'RARA',
    'A-R-',
    'ACACA',
    'AaxA',
    'a-aA',
  ];
  const DYING: Faults = { crashes: 2, duplicates: 1, lostResponses: 2 };
  // A worker that outlives its message's visibility and then dies is beyond assumption (i), so none dies here.
  const LATE: Faults = { expiries: 1, duplicates: 1 };
  const RUNS = [
    [2, DYING, false],
    [3, DYING, false],
    [3, DYING, true],
    [2, LATE, false],
    [2, LATE, true],
  ] as const;
  test.for(RUNS)('%i workers with %o, messages received before: %s', async (run) => {
    const [workers, faults, receivedBefore] = run;
    const seed = Number(process.env['DARKROOM_SEED'] ?? Date.now() % 2 ** 31);
    const random = fc.sample(fc.infiniteStream(fc.nat(2 ** 30)), { numRuns: 1, seed })[0];
    if (!random) throw new Error('fast-check gave no stream');
    const choose = (choices: number) => (random.next().value as number) % choices;
    for (const history of LONG) {
      const result = await exploreSome({ history, workers, faults, receivedBefore }, 60, choose);
      expect(
        result.failure,
        `DARKROOM_SEED=${seed} ${history}: ${JSON.stringify(result.failure, null, 1)}`,
      ).toBeUndefined();
    }
  });
});
