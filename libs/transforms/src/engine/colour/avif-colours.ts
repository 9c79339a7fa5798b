import { type Cicp, cicpColours, narrowRange } from './cicp.ts';
import type { Curve } from './colour-math.ts';
import { isLikeSrgb, writeProfile } from './icc-profile.ts';
import { isHdr } from './tone-mapping.ts';

interface Box {
  readonly type: string;
  readonly start: number;
  readonly data: number;
  readonly end: number;
}

/** Boxes and lists of honest files are shorter. A file may claim millions. */
const MAX_BOXES = 4096;
const MAX_ITEMS = 65_536;

/** Boxes from `start` to `end`, one after the other (ISO/IEC 14496-12, 4.2). Ends at the first damaged one. */
function boxesOf(file: Buffer, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end && boxes.length < MAX_BOXES;) {
    const short = file.readUInt32BE(at);
    const head = short === 1 ? 16 : 8;
    if (at + head > end) break;
    const length =
      short === 0 ? end - at : short === 1 ? Number(file.readBigUInt64BE(at + 8)) : short;
    if (length < head || at + length > end) break;
    boxes.push({
      type: file.toString('latin1', at + 4, at + 8),
      start: at,
      data: at + head,
      end: at + length,
    });
    at += length;
  }
  return boxes;
}

const isFull = ({ data, end }: Box) => end - data >= 4;

/** Properties of items by their index, from 1, and the items that own them (ISO/IEC 23008-12, 9.3). */
interface Owners {
  readonly box: Box;
  /** Place of the count byte of each item's list. */
  readonly counts: ReadonlyMap<number, number>;
  readonly owned: ReadonlyMap<number, readonly number[]>;
  readonly isWide: boolean;
}

function readOwners(file: Buffer, box: Box): Owners | undefined {
  if (box.end - box.data < 8) return undefined;
  const isLong = file.readUInt8(box.data) >= 1;
  const isWide = (file.readUInt8(box.data + 3) & 1) === 1;
  const counts = new Map<number, number>();
  const owned = new Map<number, number[]>();
  let at = box.data + 8;
  const items = file.readUInt32BE(box.data + 4);
  if (items > MAX_ITEMS) return undefined;
  for (let left = items; left > 0; left -= 1) {
    const idSize = isLong ? 4 : 2;
    if (at + idSize + 1 > box.end) return undefined;
    const id = file.readUIntBE(at, idSize);
    at += idSize;
    const count = file.readUInt8(at);
    const size = isWide ? 2 : 1;
    if (at + 1 + count * size > box.end) return undefined;
    counts.set(id, at);
    const indices = Array.from({ length: count }, (_, index) =>
      isWide
        ? file.readUInt16BE(at + 1 + 2 * index) & 0x7fff
        : file.readUInt8(at + 1 + index) & 0x7f,
    );
    owned.set(id, [...(owned.get(id) ?? []), ...indices]);
    at += 1 + count * size;
  }
  return { box, counts, owned, isWide };
}

/** References of one kind, from an item to others (ISO/IEC 14496-12, 8.11.12). */
function readReferences(file: Buffer, box: Box, kind: string): ReadonlyMap<number, number[]> {
  const found = new Map<number, number[]>();
  if (!isFull(box)) return found;
  const size = file.readUInt8(box.data) >= 1 ? 4 : 2;
  for (const { type, data, end } of boxesOf(file, box.data + 4, box.end)) {
    if (type !== kind || data + size + 2 > end) continue;
    const count = Math.min(
      file.readUInt16BE(data + size),
      Math.floor((end - data - size - 2) / size),
    );
    found.set(
      file.readUIntBE(data, size),
      Array.from({ length: count }, (_, i) => file.readUIntBE(data + size + 2 + i * size, size)),
    );
  }
  return found;
}

/** What the `meta` box of a picture contains about its colours. */
interface Picture {
  readonly meta: Box;
  readonly properties: Box;
  readonly container: Box;
  readonly owners: Owners;
  readonly primary: number;
  /** Properties of the primary item; of a grid also those of its first tile. */
  readonly own: readonly Box[];
  readonly isPremultiplied: boolean;
  readonly propertyCount: number;
}

function readPicture(file: Buffer): Picture | undefined {
  const [first, ...others] = boxesOf(file, 0, file.length);
  const meta = others.find(({ type }) => type === 'meta');
  if (first?.type !== 'ftyp' || !meta || !isFull(meta)) return undefined;
  const inner = boxesOf(file, meta.data + 4, meta.end);
  const find = (boxes: readonly Box[], name: string) => boxes.find(({ type }) => type === name);
  const [item, properties] = [find(inner, 'pitm'), find(inner, 'iprp')];
  if (!item || !properties || item.end - item.data < 6) return undefined;
  const isLong = file.readUInt8(item.data) >= 1;
  if (isLong && item.end - item.data < 8) return undefined;
  const primary = file.readUIntBE(item.data + 4, isLong ? 4 : 2);
  const parts = boxesOf(file, properties.data, properties.end);
  const [container, association] = [find(parts, 'ipco'), find(parts, 'ipma')];
  const owners = association && readOwners(file, association);
  if (!container || !owners) return undefined;
  const all = boxesOf(file, container.data, container.end);
  const references = find(inner, 'iref');
  const refer = (kind: string) =>
    (references && readReferences(file, references, kind).get(primary)) ?? [];
  const [tile] = refer('dimg');
  const indices = [
    ...(owners.owned.get(primary) ?? []),
    ...(tile === undefined ? [] : (owners.owned.get(tile) ?? [])),
  ];
  return {
    meta,
    properties,
    container,
    owners,
    primary,
    own: indices.flatMap((index) => all[index - 1] ?? []),
    isPremultiplied: refer('prem').length > 0,
    propertyCount: all.length,
  };
}

/** Properties of an AVIF that sharp ignores. */
export interface AvifColours {
  /** The colours are multiplied by alpha (`prem`, ISO/IEC 23008-12, 6.6.2.1.2). */
  readonly isPremultiplied: boolean;
  /** Code points of an HDR picture. */
  readonly hdr?: Cicp;
  /** Expands the range of premultiplied grey, which must precede the division by alpha. */
  readonly expand?: Curve;
}

export function avifColours(source: Uint8Array): AvifColours {
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const picture = readPicture(file);
  const cicp = picture && cicpOf(file, picture);
  const { isPremultiplied = false } = picture ?? {};
  return {
    isPremultiplied,
    ...(cicp && isHdr(cicp) ? { hdr: cicp } : {}),
    ...(isPremultiplied && cicp?.narrowDepth ? { expand: expansion(cicp.narrowDepth) } : {}),
  };
}

interface AvifCicp extends Cicp {
  /** Bits of a sample of narrow-range grey. */
  readonly narrowDepth?: number;
}

/** libheif expands the range of colours, but not of grey. */
const expansion =
  (depth: number): Curve =>
  (value) =>
    narrowRange(coded(value, depth), depth);

/** The code points of an AVIF's `colr` box of kind `nclx`. */
function cicpOf(
  file: Buffer,
  { own, isPremultiplied }: Pick<Picture, 'own' | 'isPremultiplied'>,
): AvifCicp | undefined {
  const kinds = own.flatMap((box) =>
    box.type === 'colr' && box.end - box.data >= 4
      ? [{ ...box, kind: file.toString('latin1', box.data, box.data + 4) }]
      : [],
  );
  // An ICC profile takes precedence (MIAF, ISO/IEC 23000-22, 7.3.6.4).
  if (kinds.some(({ kind }) => kind === 'prof' || kind === 'rICC')) return undefined;
  const stated = kinds.find(({ kind, data, end }) => kind === 'nclx' && end - data >= 11);
  if (!stated) return undefined;
  const coding = own.find(({ type, data, end }) => type === 'av1C' && end - data >= 3);
  const flags = coding ? file.readUInt8(coding.data + 2) : 0;
  const depth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12;
  const isMonochrome = (flags & 0x10) !== 0;
  const isNarrow = (file.readUInt8(stated.data + 10) & 0x80) === 0;
  const isNarrowGrey = isMonochrome && isNarrow;
  return {
    primaries: file.readUInt16BE(stated.data + 4),
    transfer: file.readUInt16BE(stated.data + 6),
    normalise: isNarrowGrey && !isPremultiplied ? expansion(depth) : (value) => coded(value, depth),
    ...(isNarrowGrey ? { narrowDepth: depth } : {}),
  };
}

/** libheif shifts 10 and 12 bits to the upper end of 16. */
function coded(value: number, depth: number): number {
  return depth === 8
    ? value
    : Math.min(1, (value * 65_535) / ((2 ** depth - 1) * 2 ** (16 - depth)));
}

function box(type: string, ...data: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + data.reduce((sum, { length }) => sum + length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...data]);
}

/** The `ipma` box with one more property for the primary item. */
function withOwner(file: Buffer, { owners, primary, propertyCount }: Picture): Buffer | undefined {
  const { box: old, counts, isWide } = owners;
  const count = counts.get(primary);
  const index = propertyCount + 1;
  if (count === undefined || file.readUInt8(count) === 255) return undefined;
  if (index > (isWide ? 0x7fff : 0x7f)) return undefined;
  const entry = isWide ? Buffer.from([index >> 8, index & 255]) : Buffer.from([index]);
  return box(
    'ipma',
    file.subarray(old.data, count),
    Buffer.from([file.readUInt8(count) + 1]),
    entry,
    file.subarray(count + 1, old.end),
  );
}

/**
 * Adds the ICC profile that is equivalent to the code points of an AVIF: sharp reads colours only from profiles. The new
 * `meta` box comes last in the file and the old one becomes `free`, which keeps all offsets valid. Returns other data
 * unchanged, also if the colours are those of sRGB.
 */
export function withAvifProfile(source: Uint8Array): Uint8Array {
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const picture = readPicture(file);
  const cicp = picture && cicpOf(file, picture);
  if (!cicp || isHdr(cicp)) return source;
  const { matrix, curve } = cicpColours(cicp, 'srgb');
  if (isLikeSrgb([curve, curve, curve], matrix)) return source;
  const profile = writeProfile({ name: 'AVIF', matrix, curve });
  const owned = withOwner(file, picture);
  if (!owned) return source;
  const { meta, properties, container, owners } = picture;
  const kept = (start: number, end: number) => file.subarray(start, end);
  const colr = box('colr', Buffer.from('prof', 'latin1'), profile);
  const parts = boxesOf(file, properties.data, properties.end).map((part) =>
    part.start === container.start
      ? box('ipco', kept(container.data, container.end), colr)
      : part.start === owners.box.start
        ? owned
        : kept(part.start, part.end),
  );
  const inner = boxesOf(file, meta.data + 4, meta.end).map((part) =>
    part.start === properties.start ? box('iprp', ...parts) : kept(part.start, part.end),
  );
  const copy = Buffer.from(file);
  copy.write('free', meta.start + 4, 'latin1');
  const last = boxesOf(copy, 0, copy.length).at(-1);
  // A box that reaches to the end of the file would contain the new one.
  if (last && copy.readUInt32BE(last.start) === 0) {
    copy.writeUInt32BE(last.end - last.start, last.start);
  }
  return Buffer.concat([copy, box('meta', kept(meta.data, meta.data + 4), ...inner)]);
}
