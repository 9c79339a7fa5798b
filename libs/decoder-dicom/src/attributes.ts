import { DicomError } from './dicom-error.ts';

/**
 * The attributes that this decoder reads; it skips all others, whatever they contain. docs/formats.md lists them. Most say
 * how bytes become pixels. None reaches an output, a manifest, an event or a log, except rows, columns and the number of
 * frames.
 */
export const ALLOWED = {
  TransferSyntaxUID: 0x0002_0010,
  SamplesPerPixel: 0x0028_0002,
  PhotometricInterpretation: 0x0028_0004,
  PlanarConfiguration: 0x0028_0006,
  NumberOfFrames: 0x0028_0008,
  Rows: 0x0028_0010,
  Columns: 0x0028_0011,
  BitsAllocated: 0x0028_0100,
  BitsStored: 0x0028_0101,
  HighBit: 0x0028_0102,
  PixelRepresentation: 0x0028_0103,
  BurnedInAnnotation: 0x0028_0301,
  WindowCenter: 0x0028_1050,
  WindowWidth: 0x0028_1051,
  RescaleIntercept: 0x0028_1052,
  RescaleSlope: 0x0028_1053,
  VOILUTFunction: 0x0028_1056,
  RedPaletteColorLookupTableDescriptor: 0x0028_1101,
  GreenPaletteColorLookupTableDescriptor: 0x0028_1102,
  BluePaletteColorLookupTableDescriptor: 0x0028_1103,
  RedPaletteColorLookupTableData: 0x0028_1201,
  GreenPaletteColorLookupTableData: 0x0028_1202,
  BluePaletteColorLookupTableData: 0x0028_1203,
  SegmentedRedPaletteColorLookupTableData: 0x0028_1221,
  SegmentedGreenPaletteColorLookupTableData: 0x0028_1222,
  SegmentedBluePaletteColorLookupTableData: 0x0028_1223,
  ModalityLUTSequence: 0x0028_3000,
  LUTDescriptor: 0x0028_3002,
  LUTData: 0x0028_3006,
  VOILUTSequence: 0x0028_3010,
  FrameVOILUTSequence: 0x0028_9132,
  PixelValueTransformationSequence: 0x0028_9145,
  SharedFunctionalGroupsSequence: 0x5200_9229,
  PerFrameFunctionalGroupsSequence: 0x5200_9230,
  ExtendedOffsetTable: 0x7fe0_0001,
  PixelData: 0x7fe0_0010,
} as const;

export type Keyword = keyof typeof ALLOWED;

const KEYWORDS: ReadonlyMap<number, Keyword> = new Map(
  Object.entries(ALLOWED).map(([keyword, tag]) => [tag, keyword as Keyword]),
);

const [ITEM, ITEM_END, SEQUENCE_END] = [0xfffe_e000, 0xfffe_e00d, 0xfffe_e0dd];
/** Elements of this group may hold the pixels; nothing after them matters. */
const PIXEL_GROUP = 0x7fe0;
const UNDEFINED = 0xffff_ffff;
/** Value representations whose length has 16 bits; of all others, also those to come, it has 32 (PS3.5, 7.1.2). */
const SHORT = new Set('AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));
/** Sequences inside each other. Real files have fewer than ten. */
const MAX_DEPTH = 32;

/** How a part of a file is coded. */
export interface Coding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

export const IMPLICIT: Coding = { explicit: false, littleEndian: true };

/** A part of a file. */
export interface Region {
  readonly source: Uint8Array;
  readonly coding: Coding;
  /** Offsets, bytes. */
  readonly start: number;
  readonly end: number;
}

/** The value of an attribute, or the contents of a sequence. */
export interface Value extends Region {
  readonly vr: string;
  /** Of undefined length: a sequence, or pixel data in fragments. */
  readonly open: boolean;
}

interface Element extends Value {
  readonly tag: number;
  /** Offset of the next element. */
  readonly next: number;
}

function cut(): never {
  throw new DicomError('CORRUPT_IMAGE', 'an attribute is longer than the file');
}

function viewOf({ source }: Region): DataView {
  return new DataView(source.buffer, source.byteOffset, source.byteLength);
}

function elementAt(region: Region, at: number, depth: number): Element {
  const { coding, end } = region;
  const { littleEndian } = coding;
  if (at + 8 > end) cut();
  const view = viewOf(region);
  const group = view.getUint16(at, littleEndian);
  const tag = group * 0x1_0000 + view.getUint16(at + 2, littleEndian);
  const isDelimiter = group === 0xfffe;
  let vr = '';
  let start = at + 8;
  let length: number;
  if (coding.explicit && !isDelimiter) {
    vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
    if (!/^[A-Z]{2}$/.test(vr)) {
      throw new DicomError('CORRUPT_IMAGE', 'an attribute has no type');
    }
    if (SHORT.has(vr)) length = view.getUint16(at + 6, littleEndian);
    else {
      start = at + 12;
      if (start > end) cut();
      length = view.getUint32(at + 8, littleEndian);
    }
  } else length = view.getUint32(at + 4, littleEndian);
  // What has an unknown type is coded implicitly if its length is undefined (PS3.5, 6.2.2).
  const inner = vr === 'UN' ? IMPLICIT : coding;
  const open = length === UNDEFINED;
  const common = { source: region.source, coding: inner, tag, vr, start, open };
  if (!open) {
    if (start + length > end) cut();
    return { ...common, end: start + length, next: start + length };
  }
  if (isDelimiter) return { ...common, end, next: start };
  const contents = { source: region.source, coding: inner, start, end };
  if (group === PIXEL_GROUP) return { ...common, end, next: end };
  const last = endOfSequence(contents, depth + 1);
  return { ...common, end: last, next: last + 8 };
}

/** Offset of the delimiter that ends a sequence of undefined length. */
function endOfSequence(region: Region, depth: number): number {
  if (depth > MAX_DEPTH) throw new DicomError('TOO_LARGE', 'its sequences are nested too deeply');
  let at = region.start;
  for (;;) {
    const item = elementAt(region, at, depth);
    if (item.tag === SEQUENCE_END) return at;
    at = endOfItem(region, item, depth).next;
  }
}

/** @returns the end of the item's contents, and the offset of what comes after it */
function endOfItem(region: Region, item: Element, depth: number) {
  if (item.tag !== ITEM) throw new DicomError('CORRUPT_IMAGE', 'a sequence is damaged');
  if (!item.open) return { end: item.end, next: item.next };
  let at = item.start;
  for (;;) {
    const element = elementAt(region, at, depth);
    if (element.tag === ITEM_END) return { end: at, next: element.next };
    at = element.next;
  }
}

/** Attributes of a data set, or of an item. */
export type Attributes = ReadonlyMap<Keyword, Value>;

/** Reads the allowed attributes of a region up to the pixel data. The last one of a tag counts. */
export function attributesOf(region: Region): Attributes {
  const found = new Map<Keyword, Value>();
  let at = region.start;
  // Some writers fill the end.
  while (at + 8 <= region.end) {
    const element = elementAt(region, at, 0);
    const keyword = KEYWORDS.get(element.tag);
    if (keyword) found.set(keyword, element);
    if (keyword === 'PixelData') break;
    at = element.next;
  }
  return found;
}

/** Offset behind the attributes of group 2, which follow `start`, and their transfer syntax. */
export function fileMeta(source: Uint8Array, start: number) {
  const coding = { explicit: true, littleEndian: true };
  const region = { source, coding, start, end: source.length };
  const view = viewOf(region);
  let at = start;
  let syntax: Value | undefined;
  // The length of the group (0002,0000) is wrong in some files.
  while (at + 8 <= source.length && view.getUint16(at, true) === 2) {
    const element = elementAt(region, at, 0);
    if (element.tag === ALLOWED.TransferSyntaxUID) syntax = element;
    at = element.next;
  }
  return { end: at, syntax };
}

/** The item of a sequence, from 0. */
export function itemOf(sequence: Value | undefined, index = 0): Region | undefined {
  if (!sequence) return undefined;
  let at = sequence.start;
  for (let count = 0; at + 8 <= sequence.end; count += 1) {
    const item = elementAt(sequence, at, 1);
    const { end, next } = endOfItem(sequence, item, 1);
    if (count === index) return { ...item, end };
    at = next;
  }
  return undefined;
}

/** Parts of pixel data: offsets of their bytes. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** More fragments of a file than this are not read. */
const MAX_FRAGMENTS = 1_000_000;

/** The fragments of pixel data; the first item is the table of offsets (PS3.5, A.4). */
export function fragmentsOf(data: Value): readonly Part[] {
  const parts: Part[] = [];
  let at = data.start;
  for (;;) {
    const item = elementAt(data, at, 1);
    // The last one may lack its end.
    if (item.tag === SEQUENCE_END) return parts;
    if (item.tag !== ITEM || item.open) {
      throw new DicomError('CORRUPT_IMAGE', 'a fragment of its pixel data is damaged');
    }
    if (parts.length === MAX_FRAGMENTS) {
      throw new DicomError('TOO_LARGE', `its pixel data has more than ${MAX_FRAGMENTS} fragments`);
    }
    parts.push({ start: item.start, end: item.end });
    at = item.next;
    if (at + 8 > data.end) return parts;
  }
}

export function bytesOf({ source, start, end }: Region): Uint8Array {
  return source.subarray(start, end);
}

/** Values of text, such as numbers and codes, without padding. */
export function textsOf(value: Value | undefined): readonly string[] {
  if (!value) return [];
  const { source, start, end } = value;
  const text = Buffer.from(source.buffer, source.byteOffset + start, end - start);
  return text
    .toString('latin1')
    .split('\\')
    .map((one) => one.replaceAll('\0', ' ').trim());
}

/** The first number of a text; `undefined` if there is none. */
export function decimalOf(value: Value | undefined): number | undefined {
  const [text = ''] = textsOf(value);
  const number = text === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Numbers of 16 bits. */
export function shortsOf(value: Value | undefined): readonly number[] {
  if (!value) return [];
  const view = viewOf(value);
  const { littleEndian } = value.coding;
  return Array.from({ length: (value.end - value.start) >> 1 }, (_, index) =>
    view.getUint16(value.start + 2 * index, littleEndian),
  );
}
