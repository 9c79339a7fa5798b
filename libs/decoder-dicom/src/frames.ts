import { bytesOf, fragmentsOf, type Part } from './attributes.ts';
import { decodeFrame } from './codecs.ts';
import { DicomError } from './dicom-error.ts';
import type { DicomImage } from './image.ts';
import { decodeRunLengths } from './run-length.ts';

/** Samples as they are stored, with all allocated bits. */
export interface StoredFrame {
  readonly data: Uint8Array | Uint16Array | Uint32Array;
  readonly planar: boolean;
  /** The codec has converted the colours to RGB. */
  readonly rgb: boolean;
}

/** Bits of an uncompressed frame. */
function bitsOfFrame({ width, height, samples, allocated, photometric }: DicomImage): number {
  // Two pixels have Y each, and share Cb and Cr.
  const perPixel = photometric === 'YBR_FULL_422' ? 2 : samples;
  return width * height * perPixel * allocated;
}

/**
 * @returns the number of fragments
 * @throws DicomError if the pixel data cannot hold the frames of the header
 */
export function checkLength(image: DicomImage): number {
  const { pixelData, frames, width, height, syntax } = image;
  const isNative = syntax.compression === 'none';
  if (isNative === pixelData.open) {
    const found = pixelData.open ? 'in fragments' : 'not in fragments';
    throw new DicomError('CORRUPT_IMAGE', `its pixel data is ${found}, unlike its transfer syntax`);
  }
  if (!isNative) {
    locate(image, frames);
    return fragmentsOf(pixelData).length;
  }
  const needed = Math.ceil((frames * bitsOfFrame(image)) / 8);
  const given = pixelData.end - pixelData.start;
  if (given < needed) {
    throw new DicomError(
      'CORRUPT_IMAGE',
      `${frames} × ${width}×${height} pixels need ${needed} bytes, and its pixel data has ${given}`,
    );
  }
  return 0;
}

const START_OF_SCAN = Buffer.from([0xff, 0xda]);

function offsetsOf(data: Uint8Array, bytes: 4 | 8): readonly number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: Math.floor(data.length / bytes) }, (_, index) =>
    bytes === 4 ? view.getUint32(4 * index, true) : Number(view.getBigUint64(8 * index, true)),
  );
}

/** A fragment that begins a JPEG, JPEG-LS or JPEG 2000 stream. */
function beginsStream(source: Uint8Array, { start }: Part): boolean {
  return source[start] === 0xff && (source[start + 1] === 0xd8 || source[start + 1] === 0x4f);
}

/** The fragments of a frame, from 1. */
function locate({ attributes, pixelData, frames }: DicomImage, page: number): readonly Part[] {
  const [table, ...fragments] = fragmentsOf(pixelData);
  const { source } = pixelData;
  const lie = () =>
    new DicomError(
      'CORRUPT_IMAGE',
      `NumberOfFrames is ${frames}, and its pixel data has ${fragments.length} fragments`,
    );
  if (fragments.length < frames) throw lie();
  if (frames === 1) return fragments;
  if (fragments.length === frames) return fragments.slice(page - 1, page);
  const [first] = fragments;
  const extended = attributes.get('ExtendedOffsetTable');
  const offsets = extended
    ? offsetsOf(bytesOf(extended), 8)
    : table
      ? offsetsOf(source.subarray(table.start, table.end), 4)
      : [];
  const starts =
    offsets.length === frames
      ? offsets.map((offset) =>
          // Offsets count from the first item's tag.
          fragments.findIndex(({ start }) => first && start - first.start === offset),
        )
      : fragments.flatMap((part, index) => (beginsStream(source, part) ? [index] : []));
  const [from = -1, to = fragments.length] = starts.slice(page - 1, page + 1);
  if (starts.length !== frames || from < 0 || to <= from) throw lie();
  return fragments.slice(from, to);
}

/** The compressed bytes of a frame. @throws DicomError */
function codedFrame(image: DicomImage, page: number): Uint8Array {
  const { source } = image.pixelData;
  const parts = locate(image, page).map(({ start, end }) => source.subarray(start, end));
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** How often the JPEG of a frame may visit its pixels: its scans, at least 1. @throws DicomError */
export function scansOf(image: DicomImage, page: number): number {
  const frame = codedFrame(image, page);
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  let scans = 0;
  for (let at = bytes.indexOf(START_OF_SCAN); at >= 0; at = bytes.indexOf(START_OF_SCAN, at + 2)) {
    scans += 1;
  }
  return Math.max(1, scans);
}

/** @throws DicomError; errors of the codecs */
export async function readFrame(image: DicomImage, page: number): Promise<StoredFrame> {
  const { syntax, width, height, samples, allocated, photometric } = image;
  const { compression } = syntax;
  if (compression === 'none') {
    return { data: nativeFrame(image, page), planar: image.planar, rgb: false };
  }
  const frame = codedFrame(image, page);
  if (compression !== 'rle') {
    const isRgb = photometric === 'RGB';
    return decodeFrame(compression, frame, { width, height, samples, isRgb });
  }
  const pixels = width * height;
  const bytes = Math.max(1, allocated / 8);
  const data = decodeRunLengths(frame, { pixels, samples, bytes });
  return { data: asNumbers(data, bytes, true), planar: true, rgb: false };
}

function asNumbers(data: Uint8Array, bytes: number, littleEndian: boolean) {
  if (bytes === 1) return data;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const length = Math.floor(data.length / bytes);
  if (bytes === 2) {
    const out = new Uint16Array(length);
    for (let at = 0; at < length; at += 1) out[at] = view.getUint16(2 * at, littleEndian);
    return out;
  }
  const out = new Uint32Array(length);
  for (let at = 0; at < length; at += 1) out[at] = view.getUint32(4 * at, littleEndian);
  return out;
}

function nativeFrame(image: DicomImage, page: number): StoredFrame['data'] {
  const { pixelData, allocated, syntax } = image;
  const { source, start, end, vr } = pixelData;
  const bits = bitsOfFrame(image);
  const first = (page - 1) * bits;
  if (allocated === 1) {
    // Frames follow each other without padding, the first pixel in the least significant bit.
    return Uint8Array.from({ length: bits }, (_, index) => {
      const bit = first + index;
      return ((source[start + (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
    });
  }
  const from = start + first / 8;
  // Bytes in big-endian words are swapped.
  if (allocated === 8 && !syntax.littleEndian && vr === 'OW') {
    return Uint8Array.from({ length: bits / 8 }, (_, index) => {
      const at = first / 8 + index;
      return source[Math.min(end - 1, start + (at ^ 1))] ?? 0;
    });
  }
  return asNumbers(source.subarray(from, from + bits / 8), allocated / 8, syntax.littleEndian);
}
