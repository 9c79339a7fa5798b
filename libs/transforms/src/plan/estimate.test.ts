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

/** 24 megapixels, unless it says otherwise; the figures are MiB. */
describe('exact estimates', () => {
  const coding = (more: Partial<NonNullable<SourceFacts['coding']>>) => ({
    coding: { depth: 8, space: 'rgb', profile: 'none', ...more } as SourceFacts['coding'],
  });
  const progressive = { progressive: true };
  const animation = { format: 'webp', width: 480, height: 320, pages: 100, bytes: 0 } as const;

  test.each<[what: string, facts: Partial<SourceFacts>, mib: number]>([
    ['a baseline JPEG', {}, 79.2],
    ['a JPEG of 80 MB', { bytes: 80_000_000 }, 182.2],
    ['a progressive JPEG', progressive, 158.1],
    ['of full chroma', { ...progressive, ...coding({ chromaSubsampling: '4:4:4' }) }, 266.1],
    ['of half chroma', { ...progressive, ...coding({ chromaSubsampling: '4:2:0' }) }, 158.1],
    ['an interlaced PNG', { ...progressive, format: 'png' }, 158.1],
    [
      'of full chroma, which a PNG has anyway',
      { ...progressive, format: 'png', ...coding({ chromaSubsampling: '4:4:4' }) },
      158.1,
    ],
    ['of 16 bits', { ...progressive, format: 'png', ...coding({ depth: 16 }) }, 262.5],
    ['an AVIF', { format: 'avif' }, 500.7],
    ['an AVIF of 100 megapixels', { format: 'avif', width: 10_000, height: 10_000 }, 1526.9],
    ['an animation', animation, 321.8],
    ['its first frame', { ...animation, pages: 1 }, 67.8],
  ])('decoding %s', (_what, facts, mib) => {
    expect(Math.round(estimate(320, facts) * 10) / 10).toBe(mib);
  });

  test.each<[what: string, format: unknown, mib: number]>([
    ['WebP', 'webp', 329.3],
    ['JPEG', 'jpeg', 329.3],
    ['PNG', 'png', 329.3],
    ['TIFF', 'tiff', 329.3],
    ['AVIF', 'avif', 473.3],
    ['the smallest of two', { format: 'smallest', of: ['webp', 'jpeg'] }, 393.3],
    ['the smallest of two with AVIF', { format: 'smallest', of: ['webp', 'avif'] }, 537.3],
    ['a file within a size', { format: 'webp', maxBytes: 100_000 }, 393.3],
    ['a file that is compared', { format: 'webp', quality: { ssim: 0.98 } }, 585.3],
  ])('encoding 11 megapixels as %s', (_what, format, mib) => {
    expect(Math.round(estimate(4000, {}, format as string) * 10) / 10).toBe(mib);
  });

  test.each<[what: string, facts: Partial<SourceFacts>, mib: number]>([
    ['floats', coding({ depth: 16, correctedFrom: 32 }), 697.2],
    ['16 bits', coding({ depth: 16, correctedFrom: 16 }), 559.9],
    ['8 bits', coding({ depth: 8, correctedFrom: 8 }), 319.6],
    ['floats with alpha', { hasAlpha: true, ...coding({ depth: 16, correctedFrom: 32 }) }, 903.3],
    ['grey floats', coding({ depth: 16, correctedFrom: 32, space: 'grey' }), 285.2],
  ])('correcting %s', (_what, facts, mib) => {
    expect(Math.round(estimate(320, { format: 'tiff', ...facts }) * 10) / 10).toBe(mib);
  });

  test.each<[what: string, facts: Partial<SourceFacts>, steps: readonly object[], mib: number]>([
    ['a blur between', {}, [{ blur: 3 }], 285.2],
    ['a blur between, with alpha', { format: 'png', hasAlpha: true }, [{ blur: 3 }], 354],
    ['a mask', {}, [{ mask: 'circle' }], 463.7],
    ['a mark on each frame', animation, [{ watermark: { text: 'Ada' } }], 479.9],
  ])('with %s', (_what, facts, steps, mib) => {
    expect(Math.round(estimate(320, facts, 'webp', 1, steps) * 10) / 10).toBe(mib);
  });

  test('a moving picture counts all its frames, a still one counts one', () => {
    expect(estimate(480, animation, 'webp', 2)).toBeGreaterThan(
      2 * estimate(480, { ...animation, pages: 1 }, 'webp', 2),
    );
    expect(estimate(480, animation, 'jpeg')).toBe(
      estimate(480, { ...animation, pages: 1 }, 'jpeg'),
    );
  });
});
