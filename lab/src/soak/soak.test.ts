/** A short run of the soak rig: `npm run lab -- soak`. It asserts counts only, which do not depend on the machine. */
import { expect, test } from 'vitest';
import { describeSoak } from './soak-command.ts';
import { soakProblems } from './soak-limits.ts';
import { runSoak } from './soak.ts';
import { HAS_PROC } from './steady-load.ts';

/** Milliseconds; only ends a test that hangs. */
const TIMEOUT = 3_600_000;

test.runIf(HAS_PROC)(
  'a burst, a flood of corrupt uploads and a steady load lose nothing and leave nothing behind',
  { timeout: TIMEOUT },
  async () => {
    const { figures, violations } = await runSoak({
      length: { uploads: 1000 },
      burst: 5000,
      flood: 60,
    });
    console.log(describeSoak(figures));
    expect(violations).toEqual([]);
    expect(soakProblems(figures)).toEqual([]);
  },
);
