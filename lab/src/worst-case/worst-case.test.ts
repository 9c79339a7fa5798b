import { scanStructure } from '@darkroom/transforms';
import { expect, test } from 'vitest';
import { FAMILIES, pixelsOf, type Family } from './families.ts';
import { type AvifGenes, writeAvif } from './files/avif.ts';
import { BOUNDS, exceeds, searchFamily, type Trial } from './search.ts';

/** The full search takes an hour: `npm run lab -- worst-case`. */
const FILES = 5;
/** The engine takes longer than a decoder. */
const UPLOADS = 3;
/** Files to try if none is decoded. */
const MOST = 20;
const SEED = 7;
/** The same work takes more CPU time while other tests run. */
const BUSY = { ...BOUNDS, cpuSeconds: 3 };
/** Milliseconds; only ends a test that hangs. */
const TIMEOUT = 900_000;

test('the tile of an AVIF counts as often as a grid names it', async () => {
  const bytesOf = async (grid: number) => {
    const genes: AvifGenes = {
      ...{ width: 64, height: 64, depth: 8, subsampling: '4:2:0', alpha: false, grey: false },
      ...{ content: 'noise', quality: 60, grid },
    };
    const { structure } = scanStructure(await writeAvif(genes), 'avif');
    return structure?.format === 'avif' ? structure.decodedBytes : 0;
  };
  const tile = await bytesOf(1);
  expect(tile).toBeGreaterThan(500);
  expect(await bytesOf(3)).toBe(9 * tile);
});

test.each(FAMILIES)(
  'the estimate of $name holds for the first files of the search',
  async (family) => {
    const trials: Trial[] = [];
    const small: Family = {
      ...family,
      isPossible: (genes) => family.isPossible(genes) && pixelsOf(genes) <= 4_000_000,
    };
    const most = family.rendering ? UPLOADS : FILES;
    const { files } = await searchFamily(small, {
      seed: SEED,
      atRandom: true,
      // Some files are rejected before they are decoded.
      goOn: (count) => count < most || (trials.length === 0 && count < MOST),
      onTrial: (_family, trial) => void trials.push(trial),
    });
    expect(files).toBeGreaterThanOrEqual(most);
    expect(trials.length).toBeGreaterThan(0);
    const exceeding = trials.filter((trial) => exceeds(trial, BUSY));
    expect(exceeding, JSON.stringify(exceeding)).toEqual([]);
  },
  TIMEOUT,
);
