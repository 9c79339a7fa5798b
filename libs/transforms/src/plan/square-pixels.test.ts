import { describe, expect, test } from 'vitest';
import type { SourceFacts } from '../image-engine.ts';
import { densityOf, squarePixels } from './square-pixels.ts';

/** A page of a fax: 60×40 pixels as stored. */
const fax = (more: Partial<SourceFacts> = {}): SourceFacts => ({
  ...{ format: 'tiff', width: 60, height: 40, orientation: 1, pages: 1, bytes: 1 },
  ...{ hasAlpha: false, progressive: false, resolution: { x: 204, y: 98 } },
  ...more,
});

describe('pixels that are not square are scaled first: the side with more of them in an inch stays', () => {
  test.each<[what: string, facts: Partial<SourceFacts>, width: number, height: number]>([
    ['high pixels make the page higher', {}, 60, 83],
    ['wide pixels make it wider', { resolution: { x: 98, y: 204 } }, 125, 40],
    [
      // The resolution is that of the upright page, the size of the scaling that of the stored one.
      'of a page on its side',
      { orientation: 6, width: 40, height: 60, resolution: { x: 98, y: 204 } },
      ...([60, 83] as const),
    ],
    ['a tenth more in one direction is enough', { resolution: { x: 11, y: 10 } }, 60, 44],
    ['eight times as many are possible', { resolution: { x: 800, y: 100 } }, 60, 320],
  ])('%s', (_what, facts, width, height) => {
    const [scaling, ...more] = squarePixels(fax(facts));
    expect(more).toEqual([]);
    expect(scaling).toMatchObject({ transform: 'scale', step: 0, options: { width, height } });
    expect(
      scaling?.bound.after({ width: 60, height: 40, orientation: 1, hasAlpha: false }),
    ).toEqual({ width, height, orientation: 1, hasAlpha: false });
  });

  test.each<[what: string, facts: Partial<SourceFacts>]>([
    ['is nearly square', { resolution: { x: 204, y: 196 } }],
    ['has a shape that no fax has', { resolution: { x: 801, y: 100 } }],
    ['is of a photo, which viewers show as squares', { format: 'jpeg' }],
  ])('not one that %s', (_what, facts) => {
    expect(squarePixels(fax(facts))).toEqual([]);
  });

  test('not one whose resolution is not known', () => {
    const { resolution: _, ...unknown } = fax();
    expect(squarePixels(unknown)).toEqual([]);
    expect(densityOf(unknown)).toBeUndefined();
  });
});

describe('the pixels per inch that steps see', () => {
  test.each<[what: string, facts: Partial<SourceFacts>, density: number | undefined]>([
    ['of a fax: those of its square pixels', {}, 204],
    ['of a fax on its side', { orientation: 6, resolution: { x: 98, y: 204 } }, 204],
    ['of a scan', { resolution: { x: 300, y: 300 } }, 300],
    ['of a scan that is rounded', { resolution: { x: 300, y: 299 } }, 300],
    ['of a scan that is rounded the other way', { resolution: { x: 299, y: 300 } }, 299],
    ['of a photo with other ones in each direction: unknown', { format: 'jpeg' }, undefined],
    [
      'of a photo with a tenth more in one direction: unknown',
      { format: 'jpeg', resolution: { x: 11, y: 10 } },
      undefined,
    ],
  ])('%s', (_what, facts, density) => {
    expect(densityOf(fax(facts))).toBe(density);
  });
});
