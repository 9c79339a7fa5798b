import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { SourceFacts } from '../image-engine.ts';
import { makePlan } from './make-plan.ts';
import { estimateRender } from './estimate.ts';

const catalog = createCatalog(builtinTransforms);
const photo: SourceFacts = {
  format: 'jpeg',
  width: 6000,
  height: 4000,
  orientation: 1,
  pages: 1,
  bytes: 8_000_000,
  hasAlpha: false,
  progressive: false,
};

function estimate(
  width: number,
  facts: Partial<SourceFacts> = {},
  format = 'webp',
  concurrency = 1,
  first: readonly object[] = [],
) {
  const all = { ...photo, ...facts };
  const variants = [320, width].map((pixels) => ({
    name: `w${pixels}`,
    steps: catalog.stepsSchema.parse([...first, { resize: { width: pixels } }, { encode: format }]),
  }));
  const bind = (step: Parameters<typeof catalog.bind>[0]) => catalog.bind(step);
  return estimateRender(
    all,
    makePlan({ recipe: 'photos', facts: all, variants, bind }),
    concurrency,
  ).memory;
}

describe('memory of one upload', () => {
  test('is flat for a baseline JPEG, however many pixels it has', () => {
    const large = { width: 12_000, height: 8_000 };
    expect(estimate(640, large)).toBeCloseTo(estimate(640), 0);
    expect(estimate(640)).toBeLessThan(100);
  });

  test('grows with the pixels of a progressive one, twice as fast at full chroma', () => {
    const coding = { depth: 8, space: 'rgb', profile: 'none', chromaSubsampling: '4:4:4' } as const;
    const progressive = estimate(640, { progressive: true });
    const full = estimate(640, { progressive: true, coding });
    expect(progressive).toBeGreaterThan(2.9 * 24);
    expect(full - progressive).toBeCloseTo(3 * 24 * 1.5, 0);
  });

  test('grows with the largest file, with AVIF and with encoders at once', () => {
    expect(estimate(4000)).toBeGreaterThan(estimate(1920));
    expect(estimate(4000, {}, 'avif')).toBeGreaterThan(estimate(4000));
    expect(estimate(4000, {}, 'webp', 2)).toBeGreaterThan(estimate(4000));
  });

  test('counts a mask or a mark over the whole picture, once for variants that share it', () => {
    const blurred = estimate(640, {}, 'webp', 1, [{ blur: 3 }]);
    const marked = estimate(640, {}, 'webp', 1, [{ blur: 3 }, { watermark: { text: '© Ada' } }]);
    const bytesPerPixel = 4;
    expect(marked - blurred).toBeCloseTo(bytesPerPixel * 24 * 1.5, 0);
  });

  test('counts a gain map that is kept, of an upload that may have one', () => {
    const keep = [{ metadata: ['gainMap'] }];
    const hdr = { otherPictures: 1 };
    expect(estimate(640, {}, 'jpeg', 1, keep)).toBe(estimate(640, {}, 'jpeg'));
    expect(estimate(640, hdr, 'webp', 1, keep)).toBe(estimate(640, hdr, 'webp'));
    const kept = estimate(640, hdr, 'jpeg', 1, keep) - estimate(640, hdr, 'jpeg');
    // RGBA of the map as large as the upload and as the file, both twice.
    expect(kept).toBeCloseTo(4 * 2 * (24 + 0.64 * 0.427) * 1.5, 0);
  });
});
