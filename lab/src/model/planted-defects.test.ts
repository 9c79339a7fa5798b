import { describe, expect, test, vi } from 'vitest';
import { expectToHold, exploreAll } from './explore.ts';
import type { Scenario } from './world.ts';

// The limit only ends a test that hangs: a slow machine may take minutes for tens of thousands of states.
vi.setConfig({ testTimeout: 1_800_000 });

describe('the checks see a planted defect', () => {
  // Preconditions matter once a worker outlives its message's visibility and dies (docs/reconcile.md).
  const late = { expiries: 1, crashes: 1, zombiesCrash: true };
  const DEFECTS: readonly Scenario[] = [
    { history: 'A-', workers: 2, defect: 'no confirmation' },
    { history: 'AB', workers: 2, defect: 'version of the event' },
    { history: 'RA', workers: 2, faults: late, defect: 'no preconditions' },
    { history: 'AB', workers: 1, faults: { crashes: 1 }, defect: 'any output is believed' },
    { history: 'TU', source: 'versioned', workers: 1, defect: 'ETag and size only' },
    { history: 'Aa', workers: 1, defect: 'HEAD without metadata' },
    { history: 'Ax', workers: 1, defect: 'HEAD without metadata' },
  ];
  test.for(DEFECTS)('$defect: history $history', async (scenario) => {
    expect((await exploreAll(scenario)).failure).toBeDefined();
    const { defect: _, ...sound } = scenario;
    expectToHold(await exploreAll(sound));
  });
});
