import { av1FrameSize } from './av1-sequence.ts';
import type { ByteReader } from './byte-reader.ts';

export interface AvifStructure {
  readonly format: 'avif';
  /** Bytes of the file. */
  readonly bytes: number;
  /** The picture, before `irot` and `imir`. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the largest coded picture: the whole one, or a tile of a grid. */
  readonly codedPixels: number;
  /** Pixels of all pictures that are decoded, tiles and alpha included. */
  readonly decodedPixels: number;
  /** Coded bytes of these pictures. A grid may name the same bytes for many tiles. */
  readonly decodedBytes: number;
  /** Bits per sample: 8, 10 or 12. */
  readonly depth: number;
  readonly monochrome: boolean;
  /** The chroma planes are as large as the picture. */
  readonly fullChroma: boolean;
  readonly alpha: boolean;
  /** Coded pictures: 1, or the tiles of a grid. */
  readonly tiles: number;
  /** Samples of the longest track; 0 for a still picture. */
  readonly frames: number;
}

export interface Box {
  readonly type: string;
  readonly data: number;
  readonly end: number;
}

/** Boxes from `start` to `end`, one after the other. */
export function* boxesOf(file: ByteReader, start: number, end: number): Generator<Box> {
  for (let at = start; at + 8 <= end;) {
    const short = file.u32(at);
    const head = short === 1 ? 16 : 8;
    const length = short === 0 ? end - at : short === 1 ? file.u64(at + 8) : short;
    if (length < head) return;
    const next = Math.min(end, at + length);
    yield { type: file.tag(at + 4), data: at + head, end: next };
    at = next;
  }
}

interface Coding {
  readonly depth: number;
  readonly monochrome: boolean;
  readonly fullChroma: boolean;
}

/** `av1C` (AV1 in ISOBMFF, 2.3.3). */
function readCoding(file: ByteReader, data: number): Coding {
  const flags = file.u8(data + 2);
  return {
    depth: (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12,
    monochrome: (flags & 0x10) !== 0,
    fullChroma: (flags & 0x1c) === 0,
  };
}

type Property =
  | { readonly kind: 'size'; readonly width: number; readonly height: number }
  | ({ readonly kind: 'coding' } & Coding)
  | { readonly kind: 'alpha' }
  | undefined;

const ALPHA = /^urn:(mpeg:mpegB:cicp:systems:auxiliary:alpha|mpeg:avc:2015:auxid:1)/;

function readProperty(file: ByteReader, { type, data, end }: Box): Property {
  if (type === 'ispe') {
    return { kind: 'size', width: file.u32(data + 4), height: file.u32(data + 8) };
  }
  if (type === 'av1C') return { kind: 'coding', ...readCoding(file, data) };
  if (type !== 'auxC') return undefined;
  const length = Math.max(0, Math.min(64, end - data - 4));
  const name = Array.from({ length }, (_, index) => String.fromCharCode(file.u8(data + 4 + index)));
  return ALPHA.test(name.join('')) ? { kind: 'alpha' } : undefined;
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** What a `meta` box says about the items of a file (ISO/IEC 14496-12, 8.11; 23008-12). */
export interface Meta {
  primary: number;
  readonly types: Map<number, string>;
  readonly properties: Property[];
  /** Indices of properties, from 1. */
  readonly owned: Map<number, number[]>;
  /** The first extent, as an offset from the start of the file or of `idat`, and the bytes of all. */
  readonly extents: Map<number, Extent & { readonly inData: boolean; readonly bytes: number }>;
  readonly tiles: Map<number, number[]>;
  /** From an auxiliary item to its picture. */
  readonly auxiliaries: Map<number, number[]>;
  dataBox: number;
}

function readTypes(file: ByteReader, { data, end }: Box, meta: Meta): void {
  const start = data + (file.u8(data) === 0 ? 6 : 8);
  for (const box of boxesOf(file, start, end)) {
    if (box.type !== 'infe') continue;
    const version = file.u8(box.data);
    const isLong = version >= 3;
    const id = isLong ? file.u32(box.data + 4) : file.u16(box.data + 4);
    meta.types.set(id, file.tag(box.data + (isLong ? 10 : 8)));
  }
}

function readOwners(file: ByteReader, { data, end }: Box, meta: Meta): void {
  const isLong = file.u8(data) >= 1;
  const isWide = (file.u8(data + 3) & 1) === 1;
  let at = data + 8;
  for (let left = file.u32(data + 4); left > 0 && at < end; left -= 1) {
    const id = isLong ? file.u32(at) : file.u16(at);
    at += isLong ? 4 : 2;
    const count = file.u8(at);
    at += 1;
    const owned = meta.owned.get(id) ?? [];
    for (let index = 0; index < count && at < end; index += 1, at += isWide ? 2 : 1) {
      owned.push(isWide ? file.u16(at) & 0x7fff : file.u8(at) & 0x7f);
    }
    meta.owned.set(id, owned);
  }
}

function readReferences(file: ByteReader, { data, end }: Box, meta: Meta): void {
  const isLong = file.u8(data) >= 1;
  const size = isLong ? 4 : 2;
  const id = (at: number) => (isLong ? file.u32(at) : file.u16(at));
  for (const box of boxesOf(file, data + 4, end)) {
    const map =
      box.type === 'dimg' ? meta.tiles : box.type === 'auxl' ? meta.auxiliaries : undefined;
    if (!map) continue;
    const count = file.u16(box.data + size);
    const first = box.data + size + 2;
    const fits = Math.max(0, Math.min(count, Math.floor((box.end - first) / size)));
    map.set(
      id(box.data),
      Array.from({ length: fits }, (_, index) => id(first + index * size)),
    );
  }
}

function readPlaces(file: ByteReader, { data, end }: Box, meta: Meta): void {
  const version = file.u8(data);
  const sizes = file.u16(data + 4);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const number = (at: number, size: number) =>
    size === 8 ? file.u64(at) : size === 4 ? file.u32(at) : 0;
  const isLong = version >= 2;
  let at = data + 6;
  const items = isLong ? file.u32(at) : file.u16(at);
  at += isLong ? 4 : 2;
  for (let left = items; left > 0 && at < end; left -= 1) {
    const id = isLong ? file.u32(at) : file.u16(at);
    at += isLong ? 4 : 2;
    const method = version === 0 ? 0 : file.u16(at) & 15;
    at += version === 0 ? 2 : 4;
    const base = number(at, baseSize);
    at += baseSize;
    const extents = file.u16(at);
    at += 2;
    const start = base + number(at + indexSize, offsetSize);
    const length = number(at + indexSize + offsetSize, lengthSize);
    const step = indexSize + offsetSize + lengthSize;
    if (extents > 0) {
      let bytes = 0;
      const count = step === 0 ? 1 : extents;
      for (let index = 0; index < count && at + index * step < end; index += 1) {
        // No length: up to the end of the file.
        bytes += number(at + index * step + indexSize + offsetSize, lengthSize) || file.length;
      }
      const isWhole = extents === 1 && length > 0;
      // Data in several pieces: the sequence header is in the first.
      meta.extents.set(id, {
        start,
        end: isWhole ? start + length : start + Math.max(length, 64),
        inData: method === 1,
        bytes: Math.min(bytes, file.length),
      });
    }
    at += extents * step;
  }
}

export function readMeta(file: ByteReader, { data, end }: Box): Meta {
  const meta: Meta = {
    primary: -1,
    types: new Map(),
    properties: [],
    owned: new Map(),
    extents: new Map(),
    tiles: new Map(),
    auxiliaries: new Map(),
    dataBox: 0,
  };
  for (const box of boxesOf(file, data + 4, end)) {
    if (box.type === 'pitm') {
      meta.primary = file.u8(box.data) === 0 ? file.u16(box.data + 4) : file.u32(box.data + 4);
    } else if (box.type === 'iinf') readTypes(file, box, meta);
    else if (box.type === 'iref') readReferences(file, box, meta);
    else if (box.type === 'iloc') readPlaces(file, box, meta);
    else if (box.type === 'idat') meta.dataBox = box.data;
    else if (box.type === 'iprp') {
      for (const part of boxesOf(file, box.data, box.end)) {
        if (part.type === 'ipco') {
          for (const property of boxesOf(file, part.data, part.end)) {
            meta.properties.push(readProperty(file, property));
          }
        } else if (part.type === 'ipma') readOwners(file, part, meta);
      }
    }
  }
  return meta;
}

interface Item {
  readonly type: string;
  readonly bytes: number;
  readonly pixels: number;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly coding: Coding | undefined;
  readonly isAlpha: boolean;
}

/** Reads items of a file, each once. */
function itemReader(file: ByteReader, meta: Meta): (id: number) => Item {
  const known = new Map<number, Item>();
  const read = (id: number): Item => {
    const type = meta.types.get(id) ?? '';
    const own = (meta.owned.get(id) ?? []).map((index) => meta.properties[index - 1]);
    const size = own.find((property) => property?.kind === 'size');
    const coding = own.find((property) => property?.kind === 'coding');
    const extent = meta.extents.get(id);
    const shift = extent?.inData ? meta.dataBox : 0;
    const start = (extent?.start ?? 0) + shift;
    const coded =
      extent && type === 'av01' ? av1FrameSize(file, start, extent.end + shift) : undefined;
    // A grid: version, flags, rows, columns, then the size in 16 or 32 bits.
    const isLong = (file.u8(start + 1) & 1) === 1;
    const grid =
      extent && type === 'grid'
        ? isLong
          ? file.u32(start + 4) * file.u32(start + 8)
          : file.u16(start + 4) * file.u16(start + 6)
        : 0;
    const declared = size ? size.width * size.height : 0;
    return {
      type,
      bytes: extent?.bytes ?? file.length,
      pixels: Math.max(declared, coded ? coded.width * coded.height : 0, grid),
      size,
      coding,
      isAlpha: own.some((property) => property?.kind === 'alpha'),
    };
  };
  return (id) => {
    const item = known.get(id) ?? read(id);
    known.set(id, item);
    return item;
  };
}

/** Coded pictures of an item: itself, or its tiles. Other kinds of derived items are unknown. */
function codedItems(id: number, meta: Meta, item: (id: number) => Item): Item[] | undefined {
  const { type } = item(id);
  if (type === 'av01') return [item(id)];
  if (type !== 'grid') return undefined;
  const tiles = (meta.tiles.get(id) ?? []).map(item);
  return tiles.length > 0 && tiles.every((tile) => tile.type === 'av01') ? tiles : undefined;
}

interface Track extends Coding {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/** Each of them contains the next. */
const TRACK_BOXES = ['mdia', 'minf', 'stbl'];

/** Size, coding and number of samples of each track (`stsd`, `stsz`). */
function readTracks(file: ByteReader, movie: Box): Track[] {
  const tracks: Track[] = [];
  for (const trak of boxesOf(file, movie.data, movie.end)) {
    if (trak.type !== 'trak') continue;
    let frames = 0;
    let entry: Omit<Track, 'frames'> | undefined;
    const visit = (box: Box, depth: number) => {
      for (const inner of boxesOf(file, box.data, box.end)) {
        if (inner.type === TRACK_BOXES[depth]) visit(inner, depth + 1);
        else if (inner.type === 'stsz') frames = file.u32(inner.data + 8);
        else if (inner.type === 'stsd' && file.tag(inner.data + 12) === 'av01') {
          const sample = inner.data + 16;
          const end = Math.min(inner.end, inner.data + 8 + file.u32(inner.data + 8));
          const boxes = [...boxesOf(file, sample + 78, end)];
          const coding = boxes.find(({ type }) => type === 'av1C');
          entry = {
            width: file.u16(sample + 24),
            height: file.u16(sample + 26),
            ...readCoding(file, coding?.data ?? file.length),
          };
        }
      }
    };
    visit(trak, 0);
    if (entry) tracks.push({ ...entry, frames });
  }
  return tracks;
}

/** The largest of any number of values; spread arguments would overflow the stack. */
function largest<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, valueOf(item)), 0);
}

const pixelsOf = ({ width, height }: { readonly width: number; readonly height: number }) =>
  width * height;

/** A sequence without items: the first frame of each track is decoded. */
function ofTracks(tracks: readonly Track[], bytes: number): AvifStructure | undefined {
  const [track] = tracks;
  if (!track) return undefined;
  const codedPixels = largest(tracks, pixelsOf);
  const { width, height, depth, monochrome, fullChroma } = track;
  return {
    ...{ format: 'avif', bytes, width, height, codedPixels },
    decodedPixels: codedPixels * tracks.length,
    decodedBytes: bytes,
    ...{ depth, monochrome, fullChroma, alpha: tracks.length > 1, tiles: 1 },
    frames: largest(tracks, ({ frames }) => frames),
  };
}

/** Reads the boxes: the items of `meta`, and the tracks of a sequence. */
export function scanAvif(file: ByteReader): AvifStructure | undefined {
  let meta: Meta | undefined;
  let tracks: Track[] = [];
  for (const box of boxesOf(file, 0, file.length)) {
    if (box.type === 'meta') meta ??= readMeta(file, box);
    if (box.type === 'moov' && tracks.length === 0) tracks = readTracks(file, box);
  }
  if (!meta) return ofTracks(tracks, file.length);
  const { primary, auxiliaries } = meta;
  const item = itemReader(file, meta);
  const colour = codedItems(primary, meta, item);
  const { size } = item(primary);
  if (!colour || !size) return undefined;
  const alphas = [...auxiliaries]
    .filter(([id, of]) => of.includes(primary) && item(id).isAlpha)
    .map(([id]) => ({ id, coded: codedItems(id, meta, item) }));
  const isUnknown = alphas.some(({ coded }) => coded === undefined);
  if (isUnknown) return undefined;
  const decoded = [...colour, ...alphas.flatMap(({ coded }) => coded ?? [])];
  const wholes = [item(primary), ...alphas.map(({ id }) => item(id))];
  const codings = [...decoded.flatMap(({ coding }) => coding ?? []), ...tracks];
  const inTracks = largest(tracks, pixelsOf);
  return {
    format: 'avif',
    bytes: file.length,
    width: Math.max(
      size.width,
      largest(tracks, ({ width }) => width),
    ),
    height: Math.max(
      size.height,
      largest(tracks, ({ height }) => height),
    ),
    codedPixels: Math.max(
      inTracks,
      largest(decoded, ({ pixels }) => pixels),
    ),
    decodedPixels: Math.max(
      inTracks,
      largest(wholes, ({ pixels }) => pixels),
      decoded.reduce((sum, { pixels }) => sum + pixels, 0),
    ),
    decodedBytes: Math.max(
      tracks.length > 0 ? file.length : 0,
      decoded.reduce((sum, { bytes }) => sum + bytes, 0),
    ),
    depth: Math.max(
      8,
      largest(codings, ({ depth }) => depth),
    ),
    monochrome: codings.every(({ monochrome }) => monochrome),
    fullChroma: codings.some(({ fullChroma }) => fullChroma),
    alpha: alphas.length > 0,
    tiles: colour.length,
    frames: largest(tracks, ({ frames }) => frames),
  };
}

/** Levels of derived pictures that are followed: a grid is one, and libheif decodes few more. */
const MAX_DERIVATIONS = 8;

/** Coded bytes of an item, or of the pictures that it is derived from, as often as it names them. */
function itemBytes(id: number, meta: Meta, known: Map<number, number>, level = 0): number {
  const before = known.get(id);
  if (before !== undefined) return before;
  // An item that is derived from itself has no data.
  known.set(id, 0);
  const parts = level < MAX_DERIVATIONS ? meta.tiles.get(id) : undefined;
  const bytes = parts
    ? parts.reduce((sum, part) => sum + itemBytes(part, meta, known, level + 1), 0)
    : (meta.extents.get(id)?.bytes ?? 0);
  known.set(id, bytes);
  return bytes;
}

/** As `heifCodedBytes`. */
export function codedBytes(file: ByteReader): number {
  for (const box of boxesOf(file, 0, file.length)) {
    if (box.type !== 'meta') continue;
    const meta = readMeta(file, box);
    const known = new Map<number, number>();
    const auxiliaries = [...meta.auxiliaries].filter(([, of]) => of.includes(meta.primary));
    return [meta.primary, ...auxiliaries.map(([id]) => id)].reduce(
      (sum, id) => sum + itemBytes(id, meta, known),
      0,
    );
  }
  return file.length;
}
