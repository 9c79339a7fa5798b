/** Asserts what does not depend on time. `npm run lab -- neighbours` also reports how late the ordinary uploads are. */
import { expect, test } from 'vitest';
import { HOSTILE_UPLOADS } from './hostile-uploads.ts';
import { measureNeighbours } from './neighbours.ts';

/** Milliseconds; only ends a test that hangs. */
const TIMEOUT = 1_800_000;

test(
  'ordinary uploads among hostile ones are done, and no operator is alerted',
  { timeout: TIMEOUT },
  async () => {
    const rows = await measureNeighbours();
    for (const [index, row] of rows.entries()) {
      const { outcome, isolated } = HOSTILE_UPLOADS[index] ?? {};
      expect(row.ordinary, row.name).toEqual(Array(10).fill('done'));
      expect(row.hostile, row.name).toEqual(Array(4).fill(outcome));
      expect(row.deadLetters, row.name).toBe(0);
      expect(row.isolated, row.name).toBe(isolated ?? false);
    }
    expect(rows).toHaveLength(HOSTILE_UPLOADS.length);
  },
);
