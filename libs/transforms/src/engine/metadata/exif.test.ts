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

/** Type of values with four bytes each. */
const LONG = 4;

/** An entry of a directory: a tag, and the number and place of its values. */
function entry(tag: number, count: number, place: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16LE(tag, 0);
  bytes.writeUInt16LE(LONG, 2);
  bytes.writeUInt32LE(count, 4);
  bytes.writeUInt32LE(place, 8);
  return bytes;
}

/** A directory, and the place of the next one; 0 if it is the last. */
function directory(entries: readonly Buffer[], next = 0): Buffer {
  const [head, tail] = [Buffer.alloc(2), Buffer.alloc(4)];
  head.writeUInt16LE(entries.length);
  tail.writeUInt32LE(next);
  return Buffer.concat([head, ...entries, tail]);
}

const HEADER = Buffer.from('II*\0\x08\0\0\0', 'latin1');
const USER_COMMENT = 0x9286;

test.each([
  ['EXIF', 0x8769],
  ['GPS', 0x8825],
  ['interoperability', 0xa005],
])('a length that cannot be true is shortened in the %s directory', (_, pointer) => {
  const first = directory([entry(pointer, 1, 26)]);
  const lying = Buffer.concat([HEADER, first, directory([entry(USER_COMMENT, 0xffff_ffff, 0)])]);
  const count = 26 + 2 + 4;
  expect(limitExifLengths(lying).readUInt32LE(count)).toBe(1);
});

test('lengths that are longer than the block together are shortened, though each alone could be true', () => {
  const [most, few] = [entry(1, 30, 0), entry(3, 5, 0)];
  const entries = directory([most, entry(2, 30, 0), few]);
  const lying = Buffer.concat([
    HEADER,
    entries,
    Buffer.alloc(200 - HEADER.length - entries.length),
  ]);
  const limited = limitExifLengths(lying);
  const counts = [0, 1, 2].map((index) => limited.readUInt32LE(10 + 12 * index + 4));
  expect(counts).toEqual([30, 1, 5]);
});

/** A block of directories that each lead to the next. */
function chain(length: number): Buffer {
  const size = directory([]).length;
  const directories = Array.from({ length }, (_, index) =>
    directory([], index + 1 < length ? HEADER.length + size * (index + 1) : 0),
  );
  return Buffer.concat([HEADER, ...directories]);
}

test('a block with more directories than any camera writes counts as empty', () => {
  expect(limitExifLengths(chain(10)).equals(chain(10))).toBe(true);
  expect(limitExifLengths(chain(20))).toHaveLength(0);
});
