import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { decodeCost, framesCost, openingSeconds } from '../cost/decode-cost.ts';
import type { GifStructure } from '../cost/gif.ts';
import type { JpegStructure } from '../cost/jpeg.ts';
import type { DecodedStructure } from '../cost/structure.ts';
import type { WebpStructure } from '../cost/webp.ts';
import { defineTransform } from '../define-transform.ts';
import type { RenderEstimate, SourceFacts } from '../image-engine.ts';
import { makePlan } from './make-plan.ts';
import {
  estimateFrames,
  estimateRender,
  leastRenderMemory,
  leftByPages,
  pageFileSeconds,
} from './estimate.ts';

/** A plugin that does not say which operations of sharp it uses. */
const own = defineTransform({
  name: 'own',
  version: 1,
  options: z.strictObject({}).meta({ description: 'For the test.', examples: [{}] }),
  apply: (image) => image,
});
const catalog = createCatalog([...builtinTransforms, own]);
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
  first: readonly unknown[] = [],
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
    [
      'grey HDR, which becomes colours',
      coding({ depth: 8, correctedFrom: 16, space: 'grey' }),
      296.7,
    ],
    ['grey floats', coding({ depth: 16, correctedFrom: 32, space: 'grey' }), 285.2],
  ])('correcting %s', (_what, facts, mib) => {
    expect(Math.round(estimate(320, { format: 'tiff', ...facts }) * 10) / 10).toBe(mib);
  });

  test.each<[what: string, facts: Partial<SourceFacts>, steps: readonly unknown[], mib: number]>([
    ['a blur between', {}, [{ blur: 3 }], 285.2],
    ['a blur between, with alpha', { format: 'png', hasAlpha: true }, [{ blur: 3 }], 354],
    ['a mask', {}, [{ mask: 'circle' }], 463.7],
    ['a mark on each frame', animation, [{ watermark: { text: 'Ada' } }], 479.9],
    // The buffer of a PNG with its profile grows step by step.
    [
      'kept colours between',
      coding({ profile: 'other' }),
      [{ colourspace: 'keep' }, { blur: 3 }],
      233.9,
    ],
    // The trim may keep all pixels, and each file counts as the encoder that needs the most.
    ['a trimmed border', {}, ['trim'], 1153.4],
  ])('with %s', (_what, facts, steps, mib) => {
    expect(Math.round(estimate(320, facts, 'webp', 1, steps) * 10) / 10).toBe(mib);
  });

  test('16 bits between count twice', () => {
    const deep = { format: 'png', ...coding({ depth: 16 }) } as const;
    const steps = [{ colourspace: 'keep' }, { blur: 3 }];
    // The placeholder has its own decode in 8 bits: these are the pixels of the blur alone.
    expect(Math.round(estimate(320, deep, 'png', 1, steps) * 10) / 10).toBe(285.5);
  });

  test('frames of a large animation count as often as the encoder holds them', () => {
    const large = { ...animation, width: 800, height: 625 };
    expect(Math.round(estimate(800, large) * 10) / 10).toBe(814.6);
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

test('the least memory is that of the file and its decoding, with the holes of the allocator', () => {
  const decoding = { cpuSeconds: 1, memory: 100 };
  expect(leastRenderMemory(decoding, 10 * 1024 * 1024)).toBeCloseTo(5 + 1.2 * 110, 9);
});

describe('with the structure of the file', () => {
  const structureOf = (width: number, height: number): JpegStructure => {
    const blocks = (1.5 * width * height) / 64;
    return {
      ...{ format: 'jpeg', bytes: 0, width, height, components: 3, process: 0, blocks },
      ...{ held: false, scans: 1, firstBlocks: blocks, refinedBlocks: 0 },
      ...{ ended: true, complete: true },
    };
  };
  const structure = structureOf(6000, 4000);
  const jpeg = (more: Partial<SourceFacts> = {}, width = 6000, height = 4000): SourceFacts => ({
    ...{ ...photo, width, height, bytes: 0, structure: structureOf(width, height) },
    ...more,
  });
  const estimateAll = (
    facts: SourceFacts,
    steps: readonly unknown[],
    format = 'webp',
    placeholder = true,
  ) => {
    const variants = [
      { name: 'v', steps: catalog.stepsSchema.parse([...steps, { encode: format }]) },
    ];
    const bind = (step: Parameters<typeof catalog.bind>[0]) => catalog.bind(step);
    const plan = makePlan({ recipe: 'photos', facts, variants, bind, placeholder });
    return estimateRender(facts, plan, 1);
  };
  const mib = (facts: SourceFacts, steps: readonly object[], format?: string) =>
    Math.round(estimateAll(facts, steps, format).memory * 10) / 10;
  const seconds = (facts: SourceFacts) =>
    estimateAll(facts, [{ resize: { width: 320 } }, { metadata: ['gainMap'] }], 'jpeg').decoding
      ?.cpuSeconds ?? 0;
  const small = [{ resize: { width: 320 } }];

  test('memory is the growth of the process: little for a small picture', () => {
    expect(mib(jpeg({}, 200, 150), small)).toBe(8.8);
    expect(mib(jpeg(), small)).toBe(9.2);
    expect(mib(jpeg({ bytes: 10 * 1024 * 1024 }), small)).toBe(21.2);
  });

  test('memory is that of the decoder or of the encoder, whichever is larger', () => {
    const progressive = jpeg({ structure: { ...structure, held: true } });
    // The encoder, and the pixels that it shares with the placeholder.
    const whole = 5 + 1.2 * (17 * 24 + (3 * 24_000_000) / 1024 ** 2);
    expect(mib(progressive, small)).toBe(101.5);
    expect(mib(jpeg(), [])).toBeCloseTo(whole, 0);
    expect(mib(progressive, [])).toBeCloseTo(whole, 0);
  });

  test('memory contains the alpha channel of the largest file', () => {
    const alpha = mib(jpeg({ hasAlpha: true }), [{ resize: { width: 2000 } }]);
    const opaque = mib(jpeg(), [{ resize: { width: 2000 } }]);
    // And a fourth channel of the pixels that the file shares with the placeholder.
    const share = (2000 * 1333) / 1024 ** 2;
    expect(alpha - opaque).toBeCloseTo(1.2 * ((16 * 2000 * 1333) / 1_000_000 + share), 0);
  });

  test('memory contains the frames of an animation that are not used any more, up to a limit', () => {
    const moving = (frames: number) => {
      const webp: WebpStructure = {
        ...{ format: 'webp', bytes: 0, width: 480, height: 320, frames, animated: true },
        ...{ largestFrame: 1000, lossless: false, alpha: false, chunks: frames },
      };
      return jpeg({ format: 'webp', pages: frames, structure: webp }, 480, 320);
    };
    expect(mib(moving(2), small)).toBe(16.1);
    expect(mib(moving(24), small)).toBe(80);
    expect(mib(moving(500), small)).toBe(779.4);
  });

  test('memory contains the copies of a JPEG without its end marker', () => {
    const bytes = 10 * 1024 * 1024;
    const cut = jpeg({ bytes, structure: { ...structure, ended: false } });
    expect(mib(cut, small) - mib(jpeg({ bytes }), small)).toBeCloseTo(1.2 * 20, 5);
  });

  test('a profile with tables costs time for each decoded pixel', () => {
    const coding = { depth: 8, space: 'rgb', profile: 'other' } as const;
    const plain = seconds(jpeg());
    const megapixels = 24 / 8 ** 2;
    expect(seconds(jpeg({ coding: { ...coding, profileTables: true } })) - plain).toBeCloseTo(
      0.04 + 0.07 * megapixels,
      5,
    );
  });

  test('another profile costs time for each pixel of the output, or for each decoded one', () => {
    const coding = { depth: 8, space: 'rgb', profile: 'other' } as const;
    const profile = (steps: readonly unknown[]) => {
      const [plain, own] = [jpeg(), jpeg({ coding })].map((facts) =>
        estimateAll(facts, steps, 'webp', false),
      );
      return {
        seconds: (own?.decoding?.cpuSeconds ?? 0) - (plain?.decoding?.cpuSeconds ?? 0),
        memory: (own?.memory ?? 0) - (plain?.memory ?? 0),
      };
    };
    const reduced = profile([{ resize: { width: 3000 } }]);
    expect(reduced.seconds).toBeCloseTo(0.002 + 0.012 * 6, 5);
    // The pixels are in memory while they are converted.
    expect(reduced.memory).toBeCloseTo((1.2 * 3000 * 2000 * 3) / 1024 ** 2, 5);
    const whole = profile([{ resize: { width: 5999 } }]);
    expect(whole.seconds).toBeCloseTo(0.005 + 0.015 * 24, 5);
    expect(whole.memory).toBeCloseTo(0, 5);
  });

  test('corrected pixels cost time for their tables and for each pixel', () => {
    const coding = { depth: 8, space: 'rgb', profile: 'none' } as const;
    const corrected = (correctedFrom: 16 | 32) =>
      seconds(jpeg({ coding: { ...coding, correctedFrom } })) - seconds(jpeg());
    expect(corrected(16)).toBeCloseTo(0.03 + 0.1 * 24, 5);
    expect(corrected(32)).toBeCloseTo(0.03 + 0.25 * 24, 5);
  });

  test('a gain map costs what its own structure says, if it is kept', () => {
    const map = { ...structure, held: true, refinedBlocks: 1_000_000_000 };
    const hdr = jpeg({ otherPictures: 1, otherStructures: [map] });
    const without = jpeg({ otherPictures: 1, otherStructures: [] });
    expect(seconds(hdr) - seconds(without)).toBeGreaterThan(2 * 90);
    const tiny = { ...structureOf(8, 8), blocks: 0 };
    const enlarged = seconds(jpeg({ otherPictures: 1, otherStructures: [tiny] }));
    // Two decodes of 3.5 ms, and the enlargement to 24 megapixels.
    expect(enlarged - seconds(without)).toBeCloseTo(2 * 0.0035 + 0.04 * 24, 3);
    expect(estimateAll(hdr, small, 'jpeg')).toEqual(estimateAll(without, small, 'jpeg'));
    const keep = [...small, { metadata: ['gainMap'] }];
    expect(estimateAll(hdr, keep, 'jpeg').decoding?.memory).toBeGreaterThan(70);
  });

  describe('the decoder reduces a JPEG before its first pixels come out', () => {
    /** The factor, by the time that the conversion of its pixels takes. */
    const factor = (steps: readonly unknown[], more: Partial<SourceFacts> = {}) => {
      const own = { depth: 8, space: 'rgb', profile: 'other' } as const;
      const coding = { ...own, profileTables: true } as const;
      const [plain = 0, converted = 0] = [jpeg(more), jpeg({ ...more, coding })].map(
        (facts) => estimateAll(facts, steps).decoding?.cpuSeconds ?? 0,
      );
      return Math.round(Math.sqrt((0.07 * 24) / (converted - plain - 0.04)) * 100) / 100;
    };

    test.each([
      [1, 3001, 2001],
      [2, 3000, 2000],
      [8, 320, 213],
      [4, 200, 1200],
      [2, 1100, 1100],
      [4, 1000, 1200],
    ])('by %d for %d×%d', (by, width, height) => {
      expect(factor([{ resize: { width, height, fit: 'fill' } }])).toBe(by);
    });

    test('also if it is turned first', () => {
      expect(factor(['rotate', ...small], { orientation: 6 })).toBe(8);
    });

    test('but not if a step works on all of its pixels, or may do so', () => {
      expect(factor([{ blur: 3 }, ...small])).toBe(1);
      expect(factor(['own', ...small])).toBe(1);
    });

    test('and no other format', () => {
      const webp: WebpStructure = {
        ...{ format: 'webp', bytes: 0, width: 6000, height: 4000, frames: 1, animated: false },
        ...{ largestFrame: 1000, lossless: false, alpha: false, chunks: 1 },
      };
      expect(factor(small, { format: 'webp', structure: webp })).toBe(1);
      const bytes = 10 * 1024 * 1024;
      const file = { format: 'webp', structure: webp } as const;
      // No copies of the file.
      expect(mib(jpeg({ ...file, bytes }), small) - mib(jpeg(file), small)).toBeCloseTo(12, 5);
    });
  });

  test('a plugin that does not say what it uses may lay something over the picture', () => {
    const own = estimateAll(jpeg(), [...small, 'own']).memory - estimateAll(jpeg(), small).memory;
    expect(own).toBeGreaterThan((1.2 * 4 * 320 * 213) / 1_000_000);
  });

  test('steps that know their time add it up, on each frame', () => {
    const secondsOf = (facts: SourceFacts, ...steps: readonly object[]) =>
      estimateAll(facts, steps).stepSeconds;
    const one = secondsOf(jpeg(), { median: 3 }) ?? 0;
    expect(one).toBeGreaterThan(0);
    expect(secondsOf(jpeg(), { median: 3 }, { median: 3 })).toBeCloseTo(2 * one, 9);
    const gif = { format: 'gif', pages: 10 } as const;
    expect(secondsOf(jpeg(gif), { median: 3 })).toBeCloseTo(10 * one, 9);
    expect(estimateAll(jpeg(), small)).not.toHaveProperty('stepSeconds');
  });

  test('all frames count if one file has them', () => {
    const gif = jpeg({ format: 'gif', pages: 10 });
    expect(estimateAll(gif, small).pages).toBe(10);
    expect(estimateAll(gif, small, 'jpeg').pages).toBe(1);
  });
});

describe('the estimate of frames', () => {
  const MIB = 1024 * 1024;
  const frameOf: GifStructure = {
    ...{ format: 'gif', bytes: MIB, width: 1024, height: 1024, frames: 40 },
    ...{ framePixels: MIB, restores: false },
  };
  const facts: SourceFacts = {
    ...{ format: 'gif', width: 1024, height: 1024, orientation: 1, pages: 1, bytes: MIB },
    ...{ hasAlpha: true, progressive: false, frameOf },
  };
  const variantsOf = (...frames: number[]) =>
    frames.map((frame, index) => ({ name: `v${index}`, steps: [], frame }));
  /** A frame takes 100 MiB to render, and 0.5 seconds and 3 MiB to decode. */
  const ofFrame: RenderEstimate = {
    ...{ pages: 1, memory: 100, decoding: { cpuSeconds: 0.5, memory: 3 } },
  };
  const of = (
    frames: number[],
    each: Partial<RenderEstimate> = {},
    more: Partial<SourceFacts> = {},
  ) => {
    const asked: (readonly string[])[] = [];
    const estimate = estimateFrames(
      { facts: { ...facts, ...more }, recipe: 'photos', variants: variantsOf(...frames) },
      ({ variants }) => {
        asked.push(variants.map(({ name }) => name));
        return { ...ofFrame, ...each };
      },
    );
    return { asked, estimate };
  };

  test('asks for each frame with its variants', () => {
    expect(of([3, 1, 3]).asked).toEqual([['v1'], ['v0', 'v2']]);
  });

  test('counts other frames than the first one, and decodes all of a window together', () => {
    // Pixels of 1 MiB with alpha are 4 MiB for each frame, and two windows of at most 23 frames.
    const [first, second] = [
      framesCost(frameOf, { from: 1, to: 3 }),
      framesCost(frameOf, { from: 30, to: 30 }),
    ];
    const { estimate } = of([1, 3, 30]);
    expect(estimate.pages).toBe(2);
    const seconds = 3 * 0.5 + first.cpuSeconds + second.cpuSeconds + 0.004 * (3 * 4 + 1 * 4);
    expect(estimate.decoding?.cpuSeconds).toBeCloseTo(openingSeconds(frameOf) + seconds, 9);
    // Twice the samples while they are handed over.
    const making = Math.max(first.memory + 2 * 12, second.memory + 2 * 4);
    expect(estimate.decoding?.memory).toBeCloseTo(Math.max(making, 12 + 3), 9);
    const left = 3 * (0.8 + 6 * 4);
    expect(estimate.memory).toBeCloseTo(
      Math.max(5 + 1.2 * (1 + making), 1.2 * 12 + 100 + Math.min(65, left)),
      9,
    );
    expect(estimate).not.toHaveProperty('stepSeconds');
    expect(estimate).not.toHaveProperty('skipped');
  });

  test('adds up seconds of steps and skipped variants; frames without alpha are smaller', () => {
    const skip = { kind: 'skipped', variant: 'v0', code: 'TOO_LARGE', message: 'x' } as const;
    const { estimate } = of([2], { stepSeconds: 1.5, skipped: [skip] }, { hasAlpha: false });
    expect(estimate).toMatchObject({ pages: 1, stepSeconds: 1.5, skipped: [skip] });
    const { memory } = framesCost(frameOf, { from: 2, to: 2 });
    expect(estimate.memory).toBeCloseTo(
      Math.max(5 + 1.2 * (1 + memory + 6), 1.2 * 3 + 100 + Math.min(40, 0.8 + 6 * 3)),
      9,
    );
  });

  test('takes the memory of the pixels, if a frame takes less', () => {
    const { estimate } = of([1, 20], { memory: 1, decoding: { cpuSeconds: 0, memory: 90 } });
    const making = framesCost(frameOf, { from: 1, to: 20 }).memory + 2 * 80;
    expect(estimate.memory).toBeCloseTo(5 + 1.2 * (1 + making), 9);
    expect(estimate.decoding?.memory).toBeCloseTo(Math.max(making, 80 + 90), 9);
  });

  test('is of frames only', () => {
    const { frameOf: _, ...whole } = facts;
    const request = { facts: whole, recipe: 'photos', variants: variantsOf(1) };
    expect(() => estimateFrames(request, () => ofFrame)).toThrow('not the facts of frames');
  });
});

describe('a file whose decoder is one of ours', () => {
  const MIB = 1024 * 1024;
  const structure: DecodedStructure = {
    ...{ format: 'decoded', bytes: 3 * MIB, width: 2000, height: 1000, channels: 1, depth: 16 },
    reading: {
      ...{ cpuSeconds: 0.5, memory: 30 },
      perMegapixel: { cpuSeconds: 0.1, memory: 4 },
    },
  };
  const scan: SourceFacts = {
    ...{ format: 'dicom', width: 2000, height: 1000, orientation: 1, pages: 1, bytes: 3 * MIB },
    ...{ hasAlpha: false, progressive: false, structure },
    coding: { depth: 16, space: 'grey', profile: 'none' },
  };
  const of = (
    facts: SourceFacts,
    variants: unknown[][] = [[{ resize: { width: 100 } }, { encode: 'webp' }]],
    isMeasured = false,
  ) =>
    estimateRender(
      facts,
      makePlan({
        ...{ recipe: 'scans', facts, placeholder: false, bind: (step) => catalog.bind(step) },
        variants: variants.map((steps, index) => ({
          ...{ name: `v${index}`, steps: catalog.stepsSchema.parse(steps) },
        })),
      }),
      1,
      isMeasured,
    );
  const decode = decodeCost(structure, { animated: false });
  /** MiB of its samples, and of a file with them. */
  const samples = (2000 * 1000 * 2) / MIB;

  test('takes the decoder, its pixels, and the time to hand them over', () => {
    const { decoding, memory } = of(scan);
    const held = 30 + 2 * 4 + samples;
    expect(decoding?.cpuSeconds).toBeCloseTo(decode.cpuSeconds + 0.7 + 0.004 * samples, 9);
    expect(decoding?.memory).toBeCloseTo(decode.memory + held, 9);
    expect(memory).toBeCloseTo(5 + 1.2 * (3 + held + decode.memory + 2 * samples), 9);
  });

  test('of fixed cost has no cost for each megapixel', () => {
    const reading = { cpuSeconds: 0.5, memory: 30 };
    const { decoding } = of({ ...scan, structure: { ...structure, reading } });
    expect(decoding?.cpuSeconds).toBeCloseTo(decode.cpuSeconds + 0.5 + 0.004 * samples, 9);
    expect(decoding?.memory).toBeCloseTo(decode.memory + 30 + samples, 9);
  });

  test('of floating point is shown in 16 bits, once for each way to show it', () => {
    const floats = { ...structure, depth: 32 };
    const shown = [{ stretch: { type: 'asinh' } }, { resize: { width: 100 } }, { encode: 'webp' }];
    const plain = [{ resize: { width: 100 } }, { encode: 'webp' }];
    const { decoding, memory } = of({ ...scan, structure: floats }, [plain, shown]);
    const held = 30 + 2 * 4 + 2 * samples;
    const each = decodeCost(floats, { animated: false });
    expect(decoding?.cpuSeconds).toBeCloseTo(
      2 * each.cpuSeconds + 0.7 + 2 * 0.004 * samples + 2 * 0.15,
      9,
    );
    expect(decoding?.memory).toBeCloseTo(each.memory + held, 9);
    expect(memory).toBeCloseTo(5 + 1.2 * (3 + held + each.memory + 3 * samples), 9);
  });

  test('of 16 bits that steps show holds its samples, and those that are shown', () => {
    const shown = [{ stretch: { type: 'asinh' } }, { resize: { width: 100 } }, { encode: 'webp' }];
    const difference = (facts: SourceFacts) => {
      const [plain, stretched] = [of(facts), of(facts, [shown])];
      expect((stretched.decoding?.cpuSeconds ?? 0) - (plain.decoding?.cpuSeconds ?? 0)).toBeCloseTo(
        2 * 0.15,
        9,
      );
      return stretched.memory - plain.memory;
    };
    expect(difference(scan)).toBeCloseTo(1.2 * 2 * 3 * samples, 6);
    expect(difference({ ...scan, coding: undefined })).toBeCloseTo(1.2 * 2 * 3 * (samples / 2), 6);
  });

  test('that is measured too is decoded once more, before', () => {
    const { decoding } = of(scan);
    const measured = of(scan, undefined, true);
    expect(measured.decoding?.cpuSeconds).toBeCloseTo(
      (decoding?.cpuSeconds ?? 0) + decode.cpuSeconds + 0.004 * 2,
      9,
    );
    const held = 30 + 2 * 4 + samples;
    expect(measured.decoding?.memory).toBeCloseTo(decode.memory + samples + held, 9);
    const colours = { ...scan, coding: { depth: 8, space: 'rgb', profile: 'none' } as const };
    expect(of(colours, undefined, true).decoding?.cpuSeconds).toBeCloseTo(
      (decoding?.cpuSeconds ?? 0) + decode.cpuSeconds + 0.004 * 6,
      9,
    );
  });

  test('and that is a page takes the time of a copy, and no memory', () => {
    const [whole, page] = [of(scan), of({ ...scan, page: 2 })];
    expect((page.decoding?.cpuSeconds ?? 0) - (whole.decoding?.cpuSeconds ?? 0)).toBeCloseTo(
      0.0045,
      9,
    );
    expect(page.memory).toBe(whole.memory);
    expect(pageFileSeconds(5 * MIB, 4)).toBeCloseTo(0.03, 9);
  });

  test('and that is drawn counts at the size at which it is drawn', () => {
    const drawing = { ...scan, structure: { ...structure, scales: true } as const };
    const drawn = of(drawing, [[{ resize: { width: 4000 } }, { encode: 'webp' }]]);
    expect(drawn.drawn).toEqual({ width: 4000, height: 2000 });
    const large = { ...structure, width: 4000, height: 2000 };
    expect(drawn.decoding?.memory).toBeCloseTo(
      decodeCost(large, { animated: false }).memory + 30 + 8 * 4 + 4 * samples,
      9,
    );
    expect(of(scan)).not.toHaveProperty('drawn');
  });
});

test('a page is made of copies of the file, and those of others may still be held', () => {
  const MIB = 1024 * 1024;
  const structure: JpegStructure = {
    ...{ format: 'jpeg', bytes: 3 * MIB, width: 6000, height: 4000, components: 3, process: 0 },
    ...{ blocks: 562_500, held: false, scans: 1, firstBlocks: 562_500, refinedBlocks: 0 },
    ...{ ended: true, complete: true },
  };
  const more = (bytes: number) =>
    estimate(50, { bytes, structure, page: 2 }) - estimate(50, { bytes, structure });
  expect(more(3 * MIB)).toBeCloseTo(1.2 * 12, 6);
  expect(more(30 * MIB)).toBeCloseTo(1.2 * 92, 6);
});

test('pages after the first leave copies of the file behind, until V8 collects them', () => {
  const MIB = 1024 * 1024;
  const scan: SourceFacts = {
    ...{ format: 'tiff', width: 2000, height: 1000, orientation: 1, pages: 1, bytes: MIB / 2 },
    ...{ hasAlpha: false, progressive: false },
  };
  const left = (pages: number, facts: Partial<SourceFacts> = {}) =>
    leftByPages(Array.from({ length: pages }, () => ({ ...scan, ...facts })));
  expect(left(1)).toBe(0);
  expect(left(2)).toBeCloseTo(0.8 + 2, 6);
  expect(left(11)).toBeCloseTo(28, 6);
  expect(left(100)).toBe(65);
  // Its decoder reads the pages.
  const structure = { format: 'decoded' } as DecodedStructure;
  expect(left(11, { structure })).toBeCloseTo(8, 6);
});
