import { expect, test } from 'vitest';
import { dominantColour } from './placeholder.ts';

const pixels = (...colours: readonly (readonly number[])[]) => Uint8Array.from(colours.flat());

test('the most frequent kind of colour wins, with its mean', () => {
  const [sky, lighter, ground] = [
    [96, 128, 200, 255],
    [100, 130, 204, 255],
    [90, 60, 30, 255],
  ] as const;
  expect(dominantColour(pixels(ground, sky, lighter))).toBe('#6281ca');
});

test('transparent pixels do not count, and nothing opaque is white', () => {
  const clear = [255, 0, 0, 0];
  expect(dominantColour(pixels(clear, clear, [0, 0, 255, 255]))).toBe('#0000ff');
  expect(dominantColour(pixels(clear))).toBe('#ffffff');
  expect(dominantColour(pixels())).toBe('#ffffff');
});
