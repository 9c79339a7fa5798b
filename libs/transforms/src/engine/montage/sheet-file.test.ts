import sharp from 'sharp';
import { expect, test } from 'vitest';
import { montage } from '../../builtin/montage.ts';
import { pngOfPixels } from '../decoders/png-of-pixels.ts';
import { asUint16 } from '../render/picture.ts';
import { sheetFile } from './sheet-file.ts';

const optionsOf = (given: object) => montage.options.parse(given);

async function joinCells(files: readonly Buffer[], options: ReturnType<typeof optionsOf>) {
  const cells = files.map((bytes) => ({
    ...{ bytes, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) },
  }));
  return sheetFile(cells, { steps: [{ transform: 'montage', options }] });
}

/** A picture of one colour. */
function cell(channels: readonly number[], width = 2, height = 2, icc?: Buffer): Buffer {
  const samples = Array.from({ length: width * height }, () => channels).flat();
  const depth = Math.max(...channels) > 255 ? 16 : 8;
  const data = depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples);
  const header = { width, height, depth, channels: channels.length as 3 | 4 } as const;
  return pngOfPixels({ ...header, ...(icc && { icc }) }, data);
}

async function pixelsOf(file: Uint8Array) {
  const { depth } = await sharp(file).metadata();
  const isDeep = depth === 'ushort';
  const image = sharp(file, { ignoreIcc: true });
  const { data, info } = await (isDeep ? image.toColourspace('rgb16') : image)
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const samples = isDeep ? asUint16(data) : data;
  const at = (x: number, y: number) => {
    const start = (y * width + x) * channels;
    return [...samples.subarray(start, start + channels)];
  };
  return { width, height, depth, at };
}

test('cells are placed row by row, and smaller ones in the middle', async () => {
  const cells = [cell([1, 1, 1], 5, 4), cell([2, 2, 2], 2, 1), cell([3, 3, 3], 4, 4)];
  const made = await pixelsOf(await joinCells(cells, optionsOf({ gap: 3, background: '#090909' })));
  expect([made.width, made.height]).toEqual([5 + 3 + 5, 4 + 3 + 4]);
  const levels = (y: number) => Array.from({ length: 13 }, (_, x) => made.at(x, y)[0]).join('');
  expect(levels(0)).toBe('1111199999999');
  expect(levels(1)).toBe('1111199992299');
  expect(levels(2)).toBe('1111199999999');
  expect(levels(5)).toBe('9999999999999');
  expect(levels(7)).toBe('3333999999999');
});

test('columns that no picture fills are background', async () => {
  const made = await pixelsOf(
    await joinCells([cell([7, 7, 7])], optionsOf({ columns: 3, gap: 1 })),
  );
  expect([made.width, made.height]).toEqual([8, 2]);
  expect(made.at(7, 1)).toEqual([255, 255, 255]);
});

test.each([
  ['#ffffff', [255, 0, 0, 128], [255, 127, 127]],
  ['#000000', [255, 0, 0, 0], [0, 0, 0]],
  ['transparent', [255, 0, 0, 128], [255, 0, 0, 128]],
  // Half of a colour over half of another: 1 − 0.5 × 0.5 of it.
  ['rgba(0, 0, 255, 0.5)', [255, 0, 0, 128], [170, 0, 85, 192]],
  ['rgba(0, 0, 255, 0.5)', [255, 0, 0], [255, 0, 0, 255]],
])('over %s, %j becomes %j', async (background, given, wanted) => {
  const made = await pixelsOf(await joinCells([cell(given)], optionsOf({ background })));
  expect(made.at(0, 0)).toEqual(wanted);
});

test('16 bits stay, and a sheet with a cell of 16 bits has as many', async () => {
  const cells = [cell([1000, 40_001, 65_535]), cell([10, 20, 255])];
  const made = await pixelsOf(await joinCells(cells, optionsOf({ gap: 1, background: '#336699' })));
  expect(made.depth).toBe('ushort');
  expect(made.at(0, 0)).toEqual([1000, 40_001, 65_535]);
  expect(made.at(3, 0)).toEqual([2570, 5140, 65_535]);
  expect(made.at(2, 0)).toEqual([0x3333, 0x6666, 0x9999]);
});

test.each([8, 16])('pictures of %i bits with other profiles become sRGB', async (depth) => {
  const p3 = await sharp(cell([0, 0, 0]))
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const { icc } = await sharp(p3).metadata();
  const deep = depth === 16 ? 257 : 1;
  const colour = [200, 100, 50].map((level) => level * deep);
  const one = await joinCells([cell(colour, 2, 2, icc), cell(colour, 2, 2, icc)], optionsOf({}));
  expect((await sharp(one).metadata()).icc).toEqual(icc);
  expect((await pixelsOf(one)).at(0, 0)).toEqual(colour);
  const other = await joinCells([cell(colour, 2, 2, icc), cell(colour)], optionsOf({}));
  expect((await sharp(other).metadata()).icc).toBeUndefined();
  const made = await pixelsOf(other);
  expect(made.at(2, 0)).toEqual(colour);
  // Of Display P3, by its primaries and the curve of sRGB.
  const converted = made.at(0, 0).map((level) => level / deep);
  for (const [channel, level] of [214.9, 92.6, 31].entries())
    expect(Math.abs((converted[channel] ?? 0) - level)).toBeLessThan(1.2);
});
