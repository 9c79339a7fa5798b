import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { sample } from '../../testing/samples.ts';
import { detectType } from './detect-type.ts';

/** A TIFF's header and first directory, of tags with one number each. */
function tiff(tags: Readonly<Record<number, number>>, little = true): Buffer {
  const entries = Object.entries(tags).map(([tag, value]) => [Number(tag), value] as const);
  const bytes = Buffer.alloc(8 + 2 + 12 * entries.length + 4);
  bytes.write(little ? 'II*\0' : 'MM\0*', 'latin1');
  const short = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  long(8, 4);
  short(entries.length, 8);
  entries.forEach(([tag, value], index) => {
    const at = 10 + 12 * index;
    short(tag, at);
    short(tag === 254 ? 4 : 3, at + 2);
    long(1, at + 4);
    if (tag === 254) long(value, at + 8);
    else short(value, at + 8);
  });
  return bytes;
}

const [SUBFILE, COMPRESSION, PHOTOMETRIC, MAKE] = [254, 259, 262, 271];

test.each([
  ['a thumbnail by a camera comes first (Nikon, Sony, …)', { [SUBFILE]: 1, [MAKE]: 60 }],
  ['what a sensor saw', { [SUBFILE]: 0, [PHOTOMETRIC]: 32_803 }],
  ['what a sensor saw, made linear', { [PHOTOMETRIC]: 34_892 }],
  ['a compression of Sony’s own', { [COMPRESSION]: 32_767, [PHOTOMETRIC]: 2 }],
  ['a compression of Samsung’s own', { [COMPRESSION]: 32_770, [PHOTOMETRIC]: 2 }],
  ['a compression of Nikon’s own', { [COMPRESSION]: 34_713, [PHOTOMETRIC]: 2 }],
  ['a compression of Kodak’s own', { [COMPRESSION]: 65_000, [PHOTOMETRIC]: 2 }],
  ['a compression of Pentax’s own', { [COMPRESSION]: 65_535, [PHOTOMETRIC]: 2 }],
])('a TIFF is a camera raw file: %s', async (_, tags) => {
  for (const little of [true, false]) {
    expect(await detectType(tiff(tags, little))).toEqual({ name: 'a camera raw file' });
  }
});

test.each([
  ['a scan', { [SUBFILE]: 0, [COMPRESSION]: 5, [PHOTOMETRIC]: 2, [MAKE]: 60 }],
  ['pages, the first of them small', { [SUBFILE]: 1, [COMPRESSION]: 5, [PHOTOMETRIC]: 2 }],
  ['no tags', {}],
])('does not detect camera raw: %s', async (_, tags) => {
  expect(await detectType(tiff(tags))).toMatchObject({ format: 'tiff' });
});

test('accepts a first directory at another offset, or without a directory', async () => {
  const far = tiff({ [MAKE]: 60 });
  far.writeUInt32LE(4_000_000_000, 4);
  expect(await detectType(far)).toMatchObject({ format: 'tiff' });
});

test.each([
  ['II\x1a\0\0\0HEAPCCDR', 'a camera raw file (CRW)'],
  ['IIRO\x08\0\0\0', 'a camera raw file (ORF)'],
  ['FOVb', 'a camera raw file (X3F)'],
  ['v/1\x01', 'an OpenEXR picture'],
  ['#?RADIANCE\n', 'a Radiance picture (HDR)'],
  ['P6\n2 2\n255\n', 'a Netpbm picture (PPM)'],
  ['qoif', 'a QOI picture'],
])('%j begins %s', async (start, name) => {
  const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(40)]);
  expect(await detectType(bytes)).toEqual({ name });
});

test.each([
  ['<?xml version="1.0"?><?xml-stylesheet href="a.css"?><svg width="1" height="1"></svg>'],
  ['<!DOCTYPE svg [<!ENTITY a "b">]><svg width="1" height="1">&a;</svg>'],
])(
  'an SVG that asks for more than its own text is named, and no picture of ours: %s',
  async (svg) => {
    expect(await detectType(Buffer.from(svg))).toEqual({
      name: 'an SVG drawing with entities or processing instructions of its own',
    });
  },
);

test('an AVIF that calls itself a picture of a general kind first is one', async () => {
  const avif = await sample({ width: 20, height: 10, format: 'avif' });
  avif.write('mif1', 8, 'latin1');
  expect(await detectType(avif)).toMatchObject({ format: 'avif' });
});

test('a HEIC of a general kind is a HEIC', async () => {
  const heic = Buffer.from('\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf', 'latin1');
  expect(await detectType(heic)).toEqual({ name: 'a HEIC picture' });
});

/** A PNG whose animation has the one frame that it also shows as a still (PNG, third edition, 11.3.6). */
function animated(png: Buffer): Buffer {
  const control = Buffer.from('acTL\0\0\0\x01\0\0\0\0', 'latin1');
  const [length, check] = [Buffer.from([0, 0, 0, 8]), Buffer.alloc(4)];
  check.writeUInt32BE(crc32(control));
  // The signature and the header.
  const start = 8 + 25;
  return Buffer.concat([png.subarray(0, start), length, control, check, png.subarray(start)]);
}

test('an animated PNG is a PNG', async () => {
  const png = await sample({ width: 20, height: 10, format: 'png' });
  expect(await detectType(animated(png))).toEqual({ name: 'image/apng', format: 'png' });
});
