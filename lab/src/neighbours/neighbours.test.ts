/** Asserts what does not depend on time. `npm run lab -- neighbours` also reports how late the ordinary uploads are. */
import { expect, test } from 'vitest';
import { HOSTILE_UPLOADS } from './hostile-uploads.ts';
import { measureNeighbours } from './neighbours.ts';

/** Milliseconds; only ends a test that hangs. */
const TIMEOUT = 1_800_000;
/** An isolated upload may be killed at its deadline on a busy machine; isolated-engine.test.ts tests that. */
const UPLOADS = HOSTILE_UPLOADS.filter(({ isolated }) => !isolated);

test(
  'ordinary uploads among hostile ones are done, and no operator is alerted',
  { timeout: TIMEOUT },
  async () => {
    const rows = await measureNeighbours({ uploads: UPLOADS });
    for (const [index, row] of rows.entries()) {
      expect(row.ordinary, row.name).toEqual(Array(10).fill('done'));
      expect(row.hostile, row.name).toEqual(Array(4).fill(UPLOADS[index]?.outcome));
      expect(row.deadLetters, row.name).toBe(0);
      expect(row.isolated, row.name).toBe(false);
    }
    expect(rows).toHaveLength(UPLOADS.length);
  },
);
