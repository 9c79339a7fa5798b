import { expect, test } from 'vitest';
import { paintScene } from '@darkroom/transforms/testing';
import { compare } from './compare.ts';

const scene = paintScene(96, 64);

test('a picture is equal to itself', () => {
  expect(compare(scene, scene)).toEqual({ ssim: 1, psnr: Infinity });
});

test('a step of one in every channel is 48.13 dB', () => {
  const data = scene.data.map((value) => (value === 255 ? 254 : value + 1));
  const { ssim, psnr } = compare(scene, { ...scene, data });
  expect(psnr).toBeCloseTo(20 * Math.log10(255), 5);
  expect(ssim).toBeGreaterThan(0.99);
});

test('another picture is far away, and another size is an error', () => {
  expect(compare(scene, paintScene(96, 64, 2)).ssim).toBeLessThan(0.9);
  expect(() => compare(scene, paintScene(64, 96))).toThrow(RangeError);
});
