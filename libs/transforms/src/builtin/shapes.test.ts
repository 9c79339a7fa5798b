import { describe, expect, test } from 'vitest';
import type { BoundTransform, Shape, SlotContext } from '../bound-transform.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { SharpSlot } from '../sharp-order.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const bind = (step: unknown): BoundTransform => catalog.bind(catalog.stepSchema.parse(step));

const OPAQUE: Shape = { width: 40, height: 30, orientation: 1, hasAlpha: false };
const CLEAR: Shape = { ...OPAQUE, hasAlpha: true };
const ALONE: SlotContext = { fromUpload: false, used: new Set() };
const behind = (...used: SharpSlot[]): SlotContext => ({ ...ALONE, used: new Set(used) });

test.each<[step: unknown, slots: SharpSlot[]]>([
  ['blur', ['blur']],
  ['extend', ['extend']],
  ['flatten', ['flatten']],
  ['flip', ['flip']],
  ['flop', ['flop']],
  ['gamma', ['gammaIn', 'gammaOut']],
  ['grayscale', ['grayscale']],
  ['mask', ['composite']],
  ['median', ['median']],
  ['modulate', ['modulate']],
  ['negate', ['negate']],
  ['normalise', ['normalise']],
  ['sharpen', ['sharpen']],
  [{ tint: 'red' }, ['tint']],
  ['trim', ['trim']],
  [{ watermark: 'logo.png' }, ['composite', 'removeAlpha']],
  [{ rotate: 90 }, ['rotate90']],
  [{ rotate: -270 }, ['rotate90']],
  [{ rotate: 45 }, ['rotateAngle']],
])('%j uses %j of sharp', (step, slots) => {
  expect(bind(step).slots(OPAQUE, ALONE)).toEqual(slots);
});

test('a mark on a transparent picture leaves it transparent', () => {
  expect(bind({ watermark: 'logo.png' }).slots(CLEAR, ALONE)).toEqual(['composite']);
});

test('a region is cut before a resize, unless the pipeline has cut or resized before', () => {
  const crop = bind({ crop: { width: 9, height: 9 } });
  expect(crop.slots(OPAQUE, ALONE)).toEqual(['extractPre']);
  expect(crop.slots(OPAQUE, behind('flip'))).toEqual(['extractPre']);
  expect(crop.slots(OPAQUE, behind('resize'))).toEqual(['extractPost']);
  expect(crop.slots(OPAQUE, behind('extractPre'))).toEqual(['extractPost']);
});

describe('rotate: auto', () => {
  const auto = bind('rotate');

  test('of an upload is sharp’s own, if nothing is before it', () => {
    const context = { fromUpload: true, used: new Set<SharpSlot>() };
    expect(auto.slots({ ...OPAQUE, orientation: 6 }, context)).toEqual(['autoOrient']);
    const behindFlip = { ...context, used: new Set<SharpSlot>(['flip']) };
    expect(auto.slots({ ...OPAQUE, orientation: 6 }, behindFlip)).toEqual(['rotate90']);
  });

  test.each<[orientation: number, slots: SharpSlot[]]>([
    [1, []],
    [2, ['flop']],
    [3, ['flip', 'flop']],
    [4, ['flip']],
    [5, ['flip', 'rotate90']],
    [6, ['rotate90']],
    [7, ['flip', 'rotate90']],
    [8, ['rotate90']],
  ])('makes orientation %i upright by %j', (orientation, slots) => {
    const lying = { ...OPAQUE, orientation };
    expect(auto.slots(lying, ALONE)).toEqual(slots);
    const isExchanged = orientation > 4;
    expect(auto.after(lying)).toEqual({
      ...{ orientation: 1, hasAlpha: false },
      ...(isExchanged ? { width: 30, height: 40 } : { width: 40, height: 30 }),
    });
  });
});

test.each<[step: unknown, change: Partial<Shape>]>([
  ['flip', {}],
  ['deskew', {}],
  [{ deskew: { background: '#fff8' } }, { hasAlpha: true }],
  [{ extend: { top: 1, bottom: 2, left: 4, right: 8 } }, { width: 52, height: 33 }],
  [{ extend: { left: 1, background: '#0008' } }, { width: 41, hasAlpha: true }],
  [{ extend: { left: 1, background: '#0008', extendWith: 'mirror' } }, { width: 41 }],
  ['mask', { hasAlpha: true }],
  [{ crop: { left: 10, width: 9, height: '50%' } }, { width: 9, height: 15 }],
  [{ crop: { aspectRatio: '1:2' } }, { width: 15 }],
  [{ rotate: 180 }, {}],
  [{ rotate: 90 }, { width: 30, height: 40 }],
  [{ rotate: -90 }, { width: 30, height: 40 }],
  [{ rotate: 45 }, { width: 49, height: 49 }],
  [{ rotate: { angle: 45, background: '#0008' } }, { width: 49, height: 49, hasAlpha: true }],
  [{ rotate: { angle: 180, background: '#0008' } }, {}],
  [{ resize: { width: 20 } }, { width: 20, height: 15 }],
  [{ resize: { width: 20, dpr: 1.5 } }, { width: 30, height: 23 }],
  [{ resize: { height: 20, dpr: 1.5 } }, { width: 40, height: 30 }],
  [{ resize: { width: 50, height: 30, fit: 'contain' } }, { width: 50 }],
  [
    { resize: { width: 50, height: 30, fit: 'contain', background: '#0008' } },
    { width: 50, hasAlpha: true },
  ],
  [{ resize: { width: 40, height: 30, fit: 'contain', background: '#0008' } }, {}],
])('%j changes an opaque picture of 40×30 pixels to %j', (step, change) => {
  expect(bind(step).after(OPAQUE)).toEqual({ ...OPAQUE, ...change });
});

test.each(['flip', 'deskew', 'extend', 'mask', { rotate: 45 }, { resize: { width: 9 } }])(
  'transparency stays: %j',
  (step) => {
    expect(bind(step).after(CLEAR)).toMatchObject({ hasAlpha: true });
  },
);

test('flatten removes it', () => {
  expect(bind('flatten').after(CLEAR)).toEqual(OPAQUE);
});

describe('resize', () => {
  const cover = { width: 20, height: 20 };

  test.each<[options: object, slots: SharpSlot[]]>([
    [{ width: 20 }, ['resize']],
    [{ ...cover, fit: 'fill' }, ['resize']],
    [{ ...cover, fit: 'contain' }, ['resize', 'extend']],
    [cover, ['resize', 'cropEmbed']],
    [{ ...cover, position: 'north' }, ['resize', 'cropEmbed']],
    [{ ...cover, position: 'attention' }, ['resize', 'cropEmbed']],
    [{ ...cover, position: 'focus' }, ['resize', 'cropEmbed']],
    [{ ...cover, position: 'focus', otherwise: 'west' }, ['resize', 'cropEmbed']],
    [{ ...cover, position: 'focus', focus: { x: 0, y: 0 } }, ['resize', 'extractPost']],
    // Strategies look at the picture before it is enlarged.
    [{ width: 60, height: 60 }, ['resize', 'cropEmbed']],
    [{ width: 60, height: 60, position: 'entropy' }, ['extractPre', 'resize']],
    [{ width: 80, height: 60, position: 'entropy' }, ['resize']],
    // A longer side of 65,535 pixels before the cut.
    [{ width: 65_535, height: 49_000 }, ['resize', 'cropEmbed']],
    [{ width: 65_536 / 4, height: 49_000 / 4, dpr: 4 }, ['extractPre', 'resize']],
  ])('%j uses %j of sharp', (options, slots) => {
    expect(bind({ resize: options }).slots(OPAQUE, ALONE)).toEqual(slots);
  });

  test('scales the whole picture first, unless it cuts before', () => {
    const scaled = (options: object) => bind({ resize: options }).scale(OPAQUE);
    expect(scaled({ ...cover, kernel: 'cubic', fastShrinkOnLoad: false })).toEqual({
      ...{ width: 27, height: 20, kernel: 'cubic', fastShrinkOnLoad: false },
    });
    expect(scaled({ ...cover, fit: 'contain' })).toMatchObject({ width: 20, height: 15 });
    expect(scaled({ width: 60, height: 60, position: 'entropy' })).toBeUndefined();
  });
});

test.each([
  ['blur', 0],
  [{ blur: 200 }, 0.72],
  [{ blur: 201 }, 16.08],
  [{ median: 50 }, 0.6],
  ['sharpen', 0],
])('%j takes so many seconds of CPU for 2 megapixels: %d', (step, seconds) => {
  const bound = bind(step);
  const size = { ...OPAQUE, width: 2000, height: 1000 };
  expect(bound.kind === 'pixels' && bound.cpuSeconds?.(size)).toBeCloseTo(seconds, 5);
});

test('only trim measures its result, and leaves animations if it may', () => {
  expect(bind('trim')).toMatchObject({ measured: true });
  expect(bind('trim')).not.toHaveProperty('keepsAnimations');
  expect(bind({ trim: { otherwise: 'reject' } })).not.toHaveProperty('keepsAnimations');
  expect(bind({ trim: { otherwise: 'keep' } })).toMatchObject({ keepsAnimations: true });
  expect(bind('flip')).not.toHaveProperty('measured');
});

test('the side files of a step are those that it reads', () => {
  const files = (options: object) =>
    catalog.sideFiles([catalog.stepSchema.parse({ watermark: options })]);
  expect(files({ image: 'logo.png' })).toEqual(['logo.png']);
  expect(files({ text: 'A' })).toEqual([]);
  expect(files({ text: 'A', font: 'a.woff' })).toEqual(['a.woff']);
});
