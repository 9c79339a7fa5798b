import { crc32, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sample } from '../../testing/samples.ts';
import { detectType, isAlsoDicom } from './detect-type.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>';

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
  expect(await detectType(tiff(tags))).toEqual({ name: 'image/tiff', format: 'tiff' });
});

test('tags end where the directory does', async () => {
  const [type, count] = [3 << 16, Buffer.from([1, 0, 0, 0])];
  // The next directory is at a place that looks like a tag.
  const file = Buffer.concat([tiff({ [PHOTOMETRIC]: 2 }), count, Buffer.from([0xff, 0xff, 0, 0])]);
  file.writeUInt32LE(type + COMPRESSION, 10 + 12);
  expect(await detectType(file)).toMatchObject({ format: 'tiff' });
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
  ['<!DOCTYPE   svg [<!ENTITY a "b">]><svg width="1" height="1">&a;</svg>'],
  // The declaration may only be first.
  [`<!-- a --><?xml version="1.0"?>${SVG}`],
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
  expect(await detectType(avif)).toEqual({ name: 'image/avif', format: 'avif' });
});

test.each([
  ['of a general kind', 28, 'mif1', 'mif1heicmiaf'],
  ['of a general kind that other pictures follow', 16, 'mif1', '\0\0\0\x08freeavif'],
  ['of a general kind and no other', 24, 'mif1', 'mif1miaf'],
  ['that is an AVIF, too', 28, 'mif1', 'avifheicmiaf'],
  ['whose name of an AVIF is between two names', 28, 'mif1', 'miavifafmif1'],
  ['of several frames, of which one is an AVIF', 28, 'hevc', 'mif1avifmiaf'],
])('a HEIC %s is a HEIC', async (_, length, brand, others) => {
  const heic = Buffer.from(`\0\0\0\0ftyp${brand}\0\0\0\0${others}`, 'latin1');
  heic.writeUInt32BE(length);
  expect(await detectType(heic)).toEqual({ name: 'a HEIC picture' });
});

test('a sequence of AVIF of a general kind is an AVIF', async () => {
  const avif = Buffer.from('\0\0\0\x1cftypmsf1\0\0\0\0msf1avisshef', 'latin1');
  expect(await detectType(avif)).toEqual({ name: 'image/avif', format: 'avif' });
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

test.each([
  ['IIRS\x08\0\0\0', 'a camera raw file (ORF)'],
  ['MMOR\x08\0\0\0', 'a camera raw file (ORF)'],
  ['\0MRM', 'a camera raw file (MRW)'],
  ['#?RGBE\n', 'a Radiance picture (HDR)'],
  ['P1\n2 2\n', 'a Netpbm picture (PPM)'],
  ['SIMPLE  =                    T', 'a FITS picture'],
  ['DDS |\0\0\0', 'a DirectDraw surface (DDS)'],
  ['8BPS\0\x01', 'a Photoshop document (PSD)'],
  ['%PDF-1.7\n', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ', 'a JPEG 2000 picture'],
  ['\xff\x4f\xff\x51', 'a JPEG 2000 picture'],
  ['\0\0\x01\0\x01\0', 'an icon (ICO)'],
  ['fLaC', 'FLAC (audio/flac)'],
  ['a\0b', 'of no known type'],
])('%j is %s', async (start, name) => {
  const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(60)]);
  expect(await detectType(bytes)).toEqual({ name });
});

const DRAWING = { name: 'an SVG drawing', format: 'svg' };

test.each([
  SVG,
  '<svg/>',
  `\n  ${SVG}`,
  '<svg xmlns="http://www.w3.org/2000/svg"><!-- inside --></svg>',
  `<!--> still inside -->${SVG}`,
  `<?xml version="1.0"?>\n${SVG}`,
  `<?xml version="1.0"?><!-- one --> <!-- two -->${SVG}`,
  `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">${SVG}`,
  `<!DOCTYPE svg SYSTEM 'svg11.dtd'>\n<!-- after -->\n${SVG}`,
  '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
])('a drawing: %s', async (text) => {
  expect(await detectType(Buffer.from(text))).toEqual(DRAWING);
});

test.each([
  ['<!DOCTYPE html><title>x</title>', 'an HTML page'],
  ['<html></html>', 'an HTML page'],
  ['<head></head>', 'an HTML page'],
  ['<body></body>', 'an HTML page'],
  ['  <HTML lang="en">', 'an HTML page'],
  ['<!DOCTYPE   html><title>x</title>', 'an HTML page'],
  ['<?xml version="1.0"?><rss/>', 'an XML document'],
  [`<?xml version="1.0"?><rss>${' '.repeat(1100)}${SVG}</rss>`, 'an XML document'],
  ['<!-- without an end', 'an XML document with a comment that is too long'],
  ['{"a": 1}', 'JSON or other text'],
  ['[1, 2]', 'JSON or other text'],
  ['just <svg> words', 'text'],
  ['just <!-- <svg> -->', 'text'],
  ['just <html>', 'text'],
  ['just [1, 2]', 'text'],
  ['<svgs/>', 'text'],
  ['<htmlx>', 'text'],
])('%s is %s', async (text, name) => {
  expect(await detectType(Buffer.from(text))).toEqual({ name });
});

test('what is compressed is named', async () => {
  const name = async (content: string | Buffer) => detectType(gzipSync(content));
  expect(await name(SVG)).toEqual({ name: 'a compressed SVG drawing', format: 'svg' });
  expect(await name('words')).toEqual({ name: 'a gzip file; its content is text' });
  expect(await name(gzipSync(SVG))).toEqual({ name: 'a gzip file inside a gzip file' });
  expect(await name(Buffer.from([0, 1, 2]))).toEqual({
    name: 'a gzip file; its content is of no known type',
  });
  expect(await detectType(Buffer.from('\x1f\x8b\x08 damaged', 'latin1'))).toEqual({
    name: 'a gzip file; its content is of no known type',
  });
});

test('a DICOM file may have the header of a TIFF in its first bytes', () => {
  const dicom = (start: string, mark: string) => {
    const file = Buffer.alloc(140);
    file.write(start, 'latin1');
    file.write(mark, 128, 'latin1');
    return file;
  };
  expect(isAlsoDicom(dicom('II*\0', 'DICM'))).toBe(true);
  expect(isAlsoDicom(dicom('MM\0*', 'DICM'))).toBe(true);
  expect(isAlsoDicom(dicom('II*\0', 'none'))).toBe(false);
  expect(isAlsoDicom(dicom('PNG.', 'DICM'))).toBe(false);
});
