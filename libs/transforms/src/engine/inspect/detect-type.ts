import { fileTypeFromBuffer } from 'file-type';
import type { SourceFormat } from '../../image-engine.ts';
import { startOfGzip, startOfText } from './svg-text.ts';

/** The detected type, as text for messages, and the format if it is supported. */
interface DetectedType {
  readonly name: string;
  readonly format?: SourceFormat;
}

const OURS: Readonly<Record<string, SourceFormat>> = {
  jpg: 'jpeg',
  png: 'png',
  apng: 'png',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
  tif: 'tiff',
};

const CAMERA_RAW = new Set(['cr2', 'cr3', 'nef', 'arw', 'dng', 'raf', 'orf', 'rw2', 'srw', 'pef']);
const NAMES: Readonly<Record<string, string>> = {
  psd: 'a Photoshop document (PSD)',
  pdf: 'a PDF document',
  dcm: 'a DICOM file',
  zip: 'a ZIP archive',
  jxl: 'a JPEG XL picture',
  jp2: 'a JPEG 2000 picture',
  jpx: 'a JPEG 2000 picture',
  j2c: 'a JPEG 2000 picture',
  bmp: 'a BMP picture',
  ico: 'an icon (ICO)',
};

/** Types that the detector does not know, by their first bytes in Latin-1. */
const SIGNATURES: readonly (readonly [start: RegExp, name: string])[] = [
  [/^II(RO|RS)|^MMOR/, 'a camera raw file (ORF)'],
  [/^IIU\0/, 'a camera raw file (RW2)'],
  [/^II\x1a\0\0\0HEAPCCDR/, 'a camera raw file (CRW)'],
  [/^\0MRM/, 'a camera raw file (MRW)'],
  [/^FOVb/, 'a camera raw file (X3F)'],
  [/^v\/1\x01/, 'an OpenEXR picture'],
  [/^#\?RADIANCE|^#\?RGBE/, 'a Radiance picture (HDR)'],
  [/^P[1-7]\s/, 'a Netpbm picture (PPM)'],
  [/^SIMPLE  =/, 'a FITS picture'],
  [/^DDS /, 'a DirectDraw surface (DDS)'],
  [/^qoif/, 'a QOI picture'],
];

/** Number of characters of a text that are checked. */
const TEXT_SAMPLE = 1024;

/** Detects the type from the bytes. Ignores the key's extension and the declared media type. */
export async function detectType(source: Uint8Array): Promise<DetectedType> {
  // The detector throws on damaged containers; the text check still runs then.
  const found = await fileTypeFromBuffer(source).catch(() => undefined);
  // The detector needs TIFF's tags, which may be at the end of the file and cut off.
  const ours = found ? OURS[found.ext] : isTiff(source) ? 'tiff' : undefined;
  if (ours === 'tiff') {
    if (isCameraRaw(source)) return { name: 'a camera raw file' };
    return { name: 'image/tiff', format: 'tiff' };
  }
  if (found && ours) return { name: found.mime, format: ours };
  if (found?.ext === 'gz') return detectGzip(source);
  const known = found ? undefined : knownStart(source);
  if (known) return { name: known };
  if (!found || found.ext === 'xml') return detectText(source);
  if (CAMERA_RAW.has(found.ext)) {
    return { name: `a camera raw file (${found.ext.toUpperCase()})` };
  }
  if (found.mime.startsWith('image/hei')) {
    const isGeneral = !found.mime.startsWith('image/heic');
    return isGeneral && isAlsoAvif(source)
      ? { name: 'image/avif', format: 'avif' }
      : { name: 'a HEIC picture' };
  }
  return { name: NAMES[found.ext] ?? `${found.ext.toUpperCase()} (${found.mime})` };
}

function latin1(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.subarray(start, end)).toString('latin1');
}

/** The first 128 bytes of a DICOM file are free for other uses (PS3.10, 7.1): some have the header of a TIFF there. */
export function isAlsoDicom(source: Uint8Array): boolean {
  return isTiff(source) && latin1(source, 128, 132) === 'DICM';
}

function isTiff(source: Uint8Array): boolean {
  const start = latin1(source, 0, 4);
  return start === 'II*\0' || start === 'MM\0*';
}

function knownStart(source: Uint8Array): string | undefined {
  const start = latin1(source, 0, 16);
  return SIGNATURES.find(([signature]) => signature.test(start))?.[1];
}

/** Some encoders write a general brand first, `mif1` or `msf1`, and list `avif` or `avis` among the compatible brands. */
function isAlsoAvif(source: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0, fourth = 0] = source;
  const length = ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
  const brands = latin1(source, 16, Math.min(length, 16 + TEXT_SAMPLE));
  return /^(?:.{4})*avi[fs]/s.test(brands) && !/^(?:.{4})*he../s.test(brands);
}

/** A compressed drawing (SVGZ), or a gzip file of other content. */
function detectGzip(source: Uint8Array): DetectedType {
  const content = startOfGzip(source);
  if (content && startOfGzip(content)) return { name: 'a gzip file inside a gzip file' };
  const { format, name } = content ? detectText(content) : { name: 'of no known type' };
  return format
    ? { name: 'a compressed SVG drawing', format }
    : { name: `a gzip file; its content is ${name}` };
}

function detectText(source: Uint8Array): DetectedType {
  const text = startOfText(source);
  if (text === undefined) return { name: 'of no known type' };
  const start = text.trimStart();
  const root = withoutProlog(start);
  if (ROOT.test(root)) return { name: 'an SVG drawing', format: 'svg' };
  const sample = start.slice(0, TEXT_SAMPLE);
  if (
    /^<[?!](xml|--|doctype\s+svg)/i.test(start) &&
    MENTIONS_SVG.test(sample + root.slice(0, TEXT_SAMPLE))
  ) {
    return { name: 'an SVG drawing with entities or processing instructions of its own' };
  }
  if (/^<(!doctype\s+html|html|head|body)\b/i.test(start)) return { name: 'an HTML page' };
  if (root.startsWith('<!--')) return { name: 'an XML document with a comment that is too long' };
  if (start.startsWith('<?xml')) return { name: 'an XML document' };
  if (/^[[{]/.test(start)) return { name: 'JSON or other text' };
  return { name: 'text' };
}

/** The root element of a drawing, which may have a namespace prefix. */
const ROOT = /^<(?:[A-Za-z_][\w.-]{0,63}:)?svg[\s/>]/i;
const MENTIONS_SVG = /<(?:[A-Za-z_][\w.-]{0,63}:)?svg[\s>]|<!doctype\s+svg/i;

/** A document type without an internal subset: entities in brackets would reach the XML parser. */
const DOCTYPE =
  /^<!DOCTYPE\s+(?:\w{1,64}:)?svg(?:\s+(?:PUBLIC|SYSTEM)(?:\s+(?:"[^"<>]*"|'[^'<>]*'))+)?\s*>\s*/i;

/** Removes comments at the start. One pass, because hostile text could make a regular expression slow. */
function withoutComments(text: string): string {
  let rest = text;
  while (rest.startsWith('<!--')) {
    const end = rest.indexOf('-->', '<!--'.length);
    if (end === -1) break;
    rest = rest.slice(end + '-->'.length).trimStart();
  }
  return rest;
}

/** Removes XML declaration, comments and document type. */
function withoutProlog(text: string): string {
  const declared = withoutComments(text.replace(/^<\?xml[^>]*>\s*/, ''));
  return withoutComments(declared.replace(DOCTYPE, ''));
}

/** Tags of a TIFF directory (TIFF 6.0; DNG 1.7) that identify camera raw files; most of these are TIFF files. */
const SUBFILE = 254;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const MAKE = 271;

/** Sensor data: colour filter array, or linear. */
const SENSOR_PHOTOMETRICS = new Set([32_803, 34_892]);
/** Of Sony, Samsung, Nikon, Kodak and Pentax. */
const MAKERS_COMPRESSIONS = new Set([32_767, 32_770, 34_713, 65_000, 65_535]);

const TAG_BYTES = 12;

/** Reads the first directory's tags and the values of those that hold one small number. */
function tagsOf(tiff: Uint8Array): ReadonlyMap<number, number> {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const tags = new Map<number, number>();
  try {
    const start = view.getUint32(4, little);
    // The count has 16 bits, so that a hostile directory costs about 10 ms.
    const count = view.getUint16(start, little);
    for (let index = 0; index < count; index++) {
      const at = start + 2 + index * TAG_BYTES;
      const isShort = view.getUint16(at + 2, little) === 3;
      const value = isShort ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
      tags.set(view.getUint16(at, little), value);
    }
  } catch {
    // The directory is truncated: use the tags that were read.
  }
  return tags;
}

/**
 * Whether a TIFF is a camera raw file: it holds sensor data, or its first picture is a camera's thumbnail, the only part
 * that libvips would read.
 */
function isCameraRaw(tiff: Uint8Array): boolean {
  const tags = tagsOf(tiff);
  const isThumbnail = ((tags.get(SUBFILE) ?? 0) & 1) === 1;
  return (
    (isThumbnail && tags.has(MAKE)) ||
    SENSOR_PHOTOMETRICS.has(tags.get(PHOTOMETRIC) ?? 0) ||
    MAKERS_COMPRESSIONS.has(tags.get(COMPRESSION) ?? 0)
  );
}
