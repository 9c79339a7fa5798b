import { describe, expect, test } from 'vitest';
import { isTranslucent, opacityOf, rgbOf } from './colour.ts';
import { lengthInPixels, shareOf } from './length.ts';
import { ofChannel } from './per-channel.ts';
import { type Anchor, cutOffset, isStrategy, placeOffset, startAround } from './position.ts';

test.each([
  ['red', [255, 0, 0], 1],
  ['#8a6f5280', [138, 111, 82], 0.5],
  ['transparent', [0, 0, 0], 0],
  [{ r: 1, g: 2, b: 3, alpha: 0.25 }, [1, 2, 3], 0.25],
])('the colour %j is %j with the opacity %d', (colour, rgb, opacity) => {
  expect(rgbOf(colour)).toEqual(rgb);
  expect(opacityOf(colour)).toBeCloseTo(opacity, 2);
  expect(isTranslucent(colour)).toBe(opacity < 1);
});

test('a length is in pixels, or a share of the side', () => {
  expect(shareOf('12.5%')).toBe(0.125);
  expect(lengthInPixels(7, 400)).toBe(7);
  expect(lengthInPixels('12.5%', 404)).toBe(51);
});

test('a value is one for all channels, or one of each', () => {
  expect([0, 1, 2].map((channel) => ofChannel(5, channel))).toEqual([5, 5, 5]);
  expect([0, 1, 2].map((channel) => ofChannel([5, 6, 7], channel))).toEqual([5, 6, 7]);
});

describe('a place', () => {
  test.each<[Anchor, x: number, y: number]>([
    ['centre', 0.5, 0.5],
    ['northeast', 1, 0],
    ['left bottom', 0, 1],
  ])('at %s has its share of the free space, where sharp rounds halves', (anchor, x, y) => {
    const cut = { left: Math.ceil(7 * x), top: Math.ceil(9 * y) };
    expect(cutOffset(7, 9, anchor)).toEqual(cut);
    const placed = { left: Math.floor(7 * x), top: Math.floor(9 * y) };
    expect(placeOffset(7, 9, anchor)).toEqual(placed);
  });

  test.each([
    [0.5, 100, 20, 40],
    [0.45, 99, 20, 35],
    [0, 100, 20, 0],
    [1, 100, 20, 80],
  ])('around %d of %i pixels, a part of %i pixels starts at %i', (share, side, length, start) => {
    expect(startAround(share, side, length)).toBe(start);
  });

  test('may be a strategy', () => {
    expect(['attention', 'entropy'].every((name) => isStrategy(name as 'entropy'))).toBe(true);
    expect(isStrategy('centre')).toBe(false);
    expect(isStrategy({ x: 0, y: 0 })).toBe(false);
  });
});
