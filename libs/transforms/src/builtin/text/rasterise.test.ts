import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Contour, rasterise } from './rasterise.ts';

const rectangle = (left: number, top: number, right: number, bottom: number): Contour => [
  { x: left, y: top },
  { x: right, y: top },
  { x: right, y: bottom },
  { x: left, y: bottom },
];

test('a pixel is as dark as it is covered', () => {
  expect([...rasterise([rectangle(1, 0.5, 3.25, 2)], 4, 2)]).toEqual([
    ...[0, 128, 128, 32],
    ...[0, 255, 255, 64],
  ]);
});

test('a slope covers half of what it crosses', () => {
  const triangle = [
    { x: 0, y: 0 },
    { x: 4, y: 4 },
    { x: 0, y: 4 },
  ];
  expect([...rasterise([triangle], 4, 4)]).toEqual([
    ...[128, 0, 0, 0],
    ...[255, 128, 0, 0],
    ...[255, 255, 128, 0],
    ...[255, 255, 255, 128],
  ]);
});

test('an inner contour of the opposite direction is a hole; one of the same direction is filled', () => {
  const outer = rectangle(0, 0, 5, 5);
  const inner = rectangle(2, 2, 3, 3);
  expect(rasterise([outer, [...inner].reverse()], 5, 5)[12]).toBe(0);
  expect(rasterise([outer, inner], 5, 5)[12]).toBe(255);
});

test('all pixels together are as dark as the contour is large, wherever it lies', () => {
  const coordinate = fc.double({ min: 0, max: 20, noNaN: true });
  fc.assert(
    fc.property(fc.array(coordinate, { minLength: 6, maxLength: 6 }), (c) => {
      const [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0] = c;
      const contour = [
        { x: ax, y: ay },
        { x: bx, y: by },
        { x: cx, y: cy },
      ];
      const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
      const sum = rasterise([contour], 20, 20).reduce((total, value) => total + value, 0) / 255;
      // Each of up to 400 pixels is rounded by half a step at most.
      expect(Math.abs(sum - area)).toBeLessThan(400 / 510);
    }),
  );
});
