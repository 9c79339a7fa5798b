import { expect, test } from 'vitest';
import { meanPixels } from './mean-pixels.ts';
import { rawFrame } from './picture.ts';

const grey = (levels: readonly number[]) => Buffer.from(levels.flatMap((level) => [level, 0, 255]));

test('a pixel is the mean of its part, also if the parts differ in size', () => {
  const frame = rawFrame(grey([10, 20, 30, 40, 50, 60, 70, 80, 91, 101]), {
    ...{ width: 5, height: 2, channels: 3 },
  });
  const small = meanPixels(frame, { width: 2, height: 1 });
  expect(small).toMatchObject({ width: 2, height: 1, channels: 3 });
  // Columns 0 and 1, and columns 2 to 4.
  expect([...(small?.data ?? [])]).toEqual([40, 0, 255, 65, 0, 255]);
});

test.each([
  ['alpha', 4, 10, 10, 2],
  ['grey', 1, 10, 10, 2],
  ['many pixels', 3, 1000, 301, 2],
  ['an enlargement', 3, 10, 10, 11],
])('%s needs sharp', (_, channels, width, height, side) => {
  const frame = rawFrame(Buffer.alloc(width * height * channels), { width, height, channels });
  expect(meanPixels(frame, { width: side, height: side })).toBeUndefined();
});

test('pixels in a file need sharp', () => {
  const frame = { ...rawFrame(Buffer.alloc(300), { width: 10, height: 10, channels: 3 }) };
  expect(
    meanPixels({ ...frame, data: Buffer.alloc(500) }, { width: 2, height: 2 }),
  ).toBeUndefined();
});
