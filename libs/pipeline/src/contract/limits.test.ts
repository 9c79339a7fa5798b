import { decodeCost, type SourceFacts, type Structure } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import { checkBytes, checkFacts, leastDecoding, limitsSchema } from './limits.ts';

const limits = limitsSchema.parse({ bytes: 1_000_000, pixels: 60_000, side: 400, pages: 3 });

function facts(given: Partial<SourceFacts>): SourceFacts {
  return {
    format: 'gif',
    width: 200,
    height: 100,
    orientation: 1,
    pages: 1,
    bytes: 1000,
    hasAlpha: false,
    progressive: false,
    ...given,
  };
}

test('what is just as large as the limits is taken', () => {
  expect(checkBytes(1_000_000, limits)).toBeUndefined();
  expect(checkFacts(facts({ pages: 3 }), limits)).toBeUndefined();
  expect(checkFacts(facts({ width: 150, height: 400 }), limits)).toBeUndefined();
});

test('a byte more is TOO_LARGE', () => {
  expect(checkBytes(1_000_001, limits)).toMatchObject({
    code: 'TOO_LARGE',
    message: 'bytes: 1,000,001, the limit is 1,000,000',
  });
});

describe('an image is TOO_LARGE by its header', () => {
  test.each([
    [{ width: 401, height: 1 }, 'longest side in pixels: 401, the limit is 400'],
    [{ width: 1, height: 401 }, 'longest side in pixels: 401, the limit is 400'],
    [{ width: 1, height: 1, pages: 4 }, 'pages: 4, the limit is 3'],
    [{ width: 301, height: 200 }, 'pixels in all pages: 60,200, the limit is 60,000'],
    // Each frame is small; together they are not (lovell/sharp 3966).
    [{ width: 201, height: 100, pages: 3 }, 'pixels in all pages: 60,300, the limit is 60,000'],
  ])('%j: %s', (given, message) => {
    expect(checkFacts(facts(given), limits)).toMatchObject({ code: 'TOO_LARGE', message });
  });
});

test('the least that a decode costs is that of the smallest size', () => {
  const structure: Structure = {
    ...{ format: 'jpeg', bytes: 5_000_000, width: 6000, height: 4000, components: 3, process: 0 },
    ...{ blocks: 562_500, held: false, scans: 1, firstBlocks: 562_500, refinedBlocks: 0 },
    ...{ ended: true, complete: true },
  };
  expect(leastDecoding(structure)).toEqual(decodeCost(structure, { animated: false, shrink: 8 }));
});
