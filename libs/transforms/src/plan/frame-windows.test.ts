import { expect, test } from 'vitest';
import { frameWindows, variantsByFrame } from './frame-windows.ts';

test('frames that are near each other are decoded together', () => {
  expect(frameWindows([1, 2, 9], { width: 100, height: 100 })).toEqual([
    { from: 1, to: 9, frames: [1, 2, 9] },
  ]);
  expect(frameWindows([], { width: 100, height: 100 })).toEqual([]);
});

test('a window has at most 25 megapixels, with the frames between, or one frame', () => {
  // Five frames of five megapixels.
  expect(frameWindows([1, 5, 6, 9, 11], { width: 5000, height: 1000 })).toEqual([
    { from: 1, to: 5, frames: [1, 5] },
    { from: 6, to: 9, frames: [6, 9] },
    { from: 11, to: 11, frames: [11] },
  ]);
  expect(frameWindows([1, 2], { width: 6000, height: 5000 })).toEqual([
    { from: 1, to: 1, frames: [1] },
    { from: 2, to: 2, frames: [2] },
  ]);
});

test('variants are grouped by their frame, in order; without one they show the first', () => {
  const variant = (name: string, frame?: number) => ({
    ...{ name, steps: [], ...(frame !== undefined && { frame }) },
  });
  const [plain, ten, two, first] = [
    variant('plain'),
    variant('ten', 10),
    variant('two', 2),
    variant('first', 1),
  ];
  const variants = [ten, plain, two, first];
  const grouped = variantsByFrame(variants);
  expect([...grouped]).toEqual([
    [1, [plain, first]],
    [2, [two]],
    [10, [ten]],
  ]);
  expect(variantsByFrame(variants)).toBe(grouped);
});
