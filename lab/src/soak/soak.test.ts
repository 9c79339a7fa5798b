/** A minute of what `npm run soak` does for a quarter of an hour. */
import { expect, test } from 'vitest';
import { beyondLimits } from './soak-limits.ts';
import { HAS_PROC } from './process-status.ts';
import { describeSoak } from './soak-report.ts';
import { runSoak } from './soak.ts';

/** Milliseconds; only ends what hangs. */
const TIMEOUT = 1_200_000;

test.runIf(HAS_PROC)(
  'a burst, a flood of corrupt uploads, and a minute of load leave nothing behind',
  { timeout: TIMEOUT },
  async () => {
    const { figures, violations } = await runSoak({ minutes: 1, burst: 5000, flood: 60 });
    console.log(describeSoak(figures));
    expect(violations).toEqual([]);
    expect(beyondLimits(figures)).toEqual([]);
  },
);
