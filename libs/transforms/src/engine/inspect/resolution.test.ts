import { describe, expect, test } from 'vitest';
import type { Structure } from '../../cost/structure.ts';
import type { Resolution } from '../../image-engine.ts';
import { resolutionOf } from './resolution.ts';

const bytesOf = (...numbers: number[]) => Buffer.from(numbers);
const u16 = (value: number) => bytesOf(value >> 8, value & 0xff);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const segment = (marker: number, content: Buffer) =>
  Buffer.concat([bytesOf(0xff, marker), u16(content.length + 2), content]);
const jpeg = (...segments: Buffer[]) =>
  Buffer.concat([bytesOf(0xff, 0xd8), ...segments, bytesOf(0xff, 0xda, 0, 2, 0xff, 0xd9)]);
const jfif = (unit: number, x: number, y: number) =>
  segment(
    0xe0,
    Buffer.concat([Buffer.from('JFIF\0\x01\x02', 'latin1'), bytesOf(unit), u16(x), u16(y), u16(0)]),
  );

const chunk = (type: string, content: Buffer) =>
  Buffer.concat([u32(content.length), Buffer.from(type, 'latin1'), content, u32(0)]);
const png = (...chunks: Buffer[]) =>
  Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.alloc(13)),
    ...chunks,
    chunk('IEND', Buffer.of()),
  ]);
const phys = (unit: number, x: number, y: number) =>
  chunk('pHYs', Buffer.concat([u32(x), u32(y), bytesOf(unit)]));
const pixels = chunk('IDAT', Buffer.alloc(8));

const read = (
  file: Buffer,
  more: { structure?: Structure; tags?: Record<string, unknown>; orientation?: number } = {},
) => resolutionOf(file, { structure: undefined, tags: {}, orientation: 1, ...more });
const NO_RESOLUTION = jpeg();

describe('pixels per inch', () => {
  test.each<[what: string, file: Buffer, found: Resolution | undefined]>([
    ['of a JPEG in inches', jpeg(jfif(1, 300, 200)), { x: 300, y: 200 }],
    ['of a JPEG in centimetres', jpeg(jfif(2, 118, 100)), { x: 299.72, y: 254 }],
    ['of a JPEG that states a ratio only', jpeg(jfif(0, 1, 1)), undefined],
    [
      'of a JPEG with another segment first',
      jpeg(segment(0xe1, Buffer.alloc(20)), jfif(1, 72, 72)),
      { x: 72, y: 72 },
    ],
    [
      'of a JPEG whose JFIF is another one',
      jpeg(segment(0xe0, Buffer.from('JFXX\0\x01\x02\x01\0\x48\0\x48\0\0', 'latin1'))),
      undefined,
    ],
    [
      'of a JPEG whose JFIF is cut short',
      jpeg(segment(0xe0, Buffer.from('JFIF\0\x01\x02\x01\0\x48\0', 'latin1'))),
      undefined,
    ],
    [
      'of a JPEG whose first part ends early',
      jpeg(segment(0xe2, Buffer.from('JFIF\0\x01\x02\x01\0\x48\0\x48\0\0', 'latin1'))),
      undefined,
    ],
    // A metre has a whole number of pixels: 300 of them in an inch are 299.9994.
    ['of a PNG in metres', png(phys(1, 11_811, 5906), pixels), { x: 300, y: 150 }],
    ['of a PNG with another number', png(phys(1, 10_000, 10_000), pixels), { x: 254, y: 254 }],
    [
      'of a PNG with another chunk first',
      png(chunk('gAMA', u32(45_455)), phys(1, 11_811, 11_811)),
      { x: 300, y: 300 },
    ],
    ['of a PNG that states a ratio only', png(phys(0, 11_811, 11_811), pixels), undefined],
    ['of a PNG that states it after the pixels', png(pixels, phys(1, 11_811, 11_811)), undefined],
    ['of a PNG that ends in the chunk', png().subarray(0, 33 + 20), undefined],
    ['of a file that does not state it', NO_RESOLUTION, undefined],
  ])('%s', (_what, file, found) => {
    expect(read(file)).toEqual(found);
  });

  test('of a picture on its side are those of the upright one', () => {
    const file = jpeg(jfif(1, 300, 200));
    expect(read(file, { orientation: 6 })).toEqual({ x: 200, y: 300 });
    expect(read(file, { orientation: 3 })).toEqual({ x: 300, y: 200 });
  });

  test.each<[tags: Record<string, unknown>, found: Resolution | undefined]>([
    [
      { XResolution: 240, YResolution: 120 },
      { x: 240, y: 120 },
    ],
    [
      { XResolution: 240, YResolution: 120, ResolutionUnit: 2 },
      { x: 240, y: 120 },
    ],
    [
      { XResolution: 100, YResolution: 50, ResolutionUnit: 3 },
      { x: 254, y: 127 },
    ],
    [{ XResolution: 1, YResolution: 1, ResolutionUnit: 1 }, undefined],
    [{ XResolution: 240 }, undefined],
    [{ YResolution: 240 }, undefined],
    [{ XResolution: '240', YResolution: '240' }, undefined],
    [{ XResolution: 240, YResolution: '240' }, undefined],
  ])('of EXIF %j', (tags, found) => {
    expect(read(NO_RESOLUTION, { tags })).toEqual(found);
  });

  test('of the file itself win over those of its EXIF, unless they cannot be true', () => {
    const tags = { XResolution: 240, YResolution: 240 };
    expect(read(jpeg(jfif(1, 300, 300)), { tags })).toEqual({ x: 300, y: 300 });
    for (const [x, y] of [
      [0, 300],
      [300, 0],
    ] as const)
      expect(read(jpeg(jfif(1, x, y)), { tags })).toEqual({ x: 240, y: 240 });
    for (const [XResolution, found] of [
      [2 ** 24 - 1, { x: 2 ** 24 - 1, y: 1 }],
      [2 ** 24, undefined],
    ] as const)
      expect(read(NO_RESOLUTION, { tags: { XResolution, YResolution: 1 } })?.y).toBe(found?.y);
  });

  test('of a TIFF are those of its directory', () => {
    const structure = { format: 'tiff', resolution: { x: 204, y: 98 } } as unknown as Structure;
    const tags = { XResolution: 240, YResolution: 240 };
    expect(read(jpeg(jfif(1, 300, 300)), { structure, tags })).toEqual({ x: 204, y: 98 });
    const without = { format: 'tiff' } as unknown as Structure;
    expect(read(jpeg(jfif(1, 300, 300)), { structure: without, tags })).toEqual({ x: 240, y: 240 });
  });

  test('are rounded where a unit has made a fraction of a whole number', () => {
    const of = (XResolution: number) =>
      read(NO_RESOLUTION, { tags: { XResolution, YResolution: 1 } })?.x;
    expect(of(299.9994)).toBe(300);
    expect(of(300.0129)).toBe(300);
    expect(of(300.0131)).toBe(300.013);
    expect(of(0.012)).toBe(0.012);
    expect(of(123.456789)).toBe(123.457);
  });
});
