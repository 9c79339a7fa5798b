import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sample } from '../../testing/samples.ts';
import { limitExifLengths, readExif } from './exif.ts';

const photo = await sample({
  width: 9,
  height: 9,
  exif: { IFD0: { Make: 'Acme', Copyright: 'Jane Doe' }, IFD2: { ExposureTime: '1/125' } },
});
const { exif = Buffer.alloc(0) } = await sharp(photo).metadata();
const PREFIX = 6;
/** The first directory's first entry, and in it the number of its values. */
const COUNT = 10 + 4;

test('what a camera writes stays as it is', () => {
  const block = exif.subarray(PREFIX);
  expect(limitExifLengths(block).equals(block)).toBe(true);
});

test('a value that cannot be there costs nothing but itself', async () => {
  const lying = Buffer.from(exif);
  lying.fill(0xff, PREFIX + COUNT, PREFIX + COUNT + 4);
  const [whole, rest] = [await readExif(exif), await readExif(lying)];
  expect(rest).toMatchObject({ Copyright: 'Jane Doe', ExposureTime: 1 / 125 });
  expect(Object.keys(rest).length).toBeGreaterThanOrEqual(Object.keys(whole).length - 1);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['no TIFF header', Buffer.from('Exif')],
  ['a header alone', Buffer.from('II*\0\x08\0\0\0')],
  ['a directory behind the end', Buffer.from('MM\0*\x7f\0\0\0')],
])('%s comes back as it is', (_, block) => {
  expect(limitExifLengths(block).equals(block)).toBe(true);
});
