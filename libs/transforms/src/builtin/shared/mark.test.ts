import sharp from 'sharp';
import { expect, test } from 'vitest';
import { imageMark, withRoom } from './mark.ts';

const logo = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();

test.each([
  ['a wide mark', 40, 20, 0, { width: 200, height: 100 }],
  ['a wide mark on a tall picture', 40, 20, 0, { width: 100, height: 200 }],
  ['a turned mark on a wide picture', 40, 20, 45, { width: 200, height: 100 }],
  ['a turned mark on a tall picture', 40, 20, 45, { width: 100, height: 200 }],
  ['a tall mark on a wide picture', 20, 40, 45, { width: 200, height: 100 }],
  ['a tall mark on a tall picture', 20, 40, 30, { width: 100, height: 200 }],
])('%s is as large as it fits', async (_, width, height, angle, most) => {
  const size = { width: most.width, most, angle };
  const mark = await imageMark(await logo(width, height), 1, size, sharp);
  expect(mark.width).toBeLessThanOrEqual(most.width);
  expect(mark.height).toBeLessThanOrEqual(most.height);
  const shares = [mark.width / most.width, mark.height / most.height];
  expect(Math.max(...shares)).toBeGreaterThan(0.94);
  expect(mark.data).toHaveLength(mark.width * mark.height * 4);
});

test('a mark has its opacity, and nothing in the corners that a turn leaves', async () => {
  const size = { width: 40, most: { width: 100, height: 100 }, angle: 45 };
  const { data, width, height } = await imageMark(await logo(40, 20), 0.5, size, sharp);
  const middle = ((height >> 1) * width + (width >> 1)) * 4;
  expect([...data.subarray(middle, middle + 4)]).toEqual([255, 0, 0, 128]);
  expect(data[3]).toBe(0);
});

test('room is transparent, on the right and below', () => {
  const mark = { data: Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]), width: 2, height: 1 };
  expect(withRoom(mark, 1, 1)).toEqual({
    ...{ width: 3, height: 2 },
    data: Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, ...new Array<number>(4 + 12).fill(0)]),
  });
});
