import { boxesOf, readMeta, type Box } from '../../cost/avif.ts';
import { av1FrameSize } from '../../cost/av1-sequence.ts';
import { ByteReader } from '../../cost/byte-reader.ts';

/** A file for reading: numbers through `reader`, pieces of it through `bytes`. */
interface File {
  readonly reader: ByteReader;
  readonly bytes: Buffer;
}

/** The parts of a track that a still picture needs (ISO/IEC 14496-12, 8.3 to 8.7; AV1 in ISOBMFF, 2.3). */
interface Track {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly isAlpha: boolean;
  /** Tracks that this alpha belongs to. */
  readonly auxiliaryOf: readonly number[];
  /** Tracks whose alpha the colours are multiplied by. */
  readonly premultipliedBy: readonly number[];
  readonly properties: readonly Property[];
  /** AV1 data of the first frame. */
  readonly sample: Buffer;
}

/** A whole box, and whether a reader has to know it. */
interface Property {
  readonly box: Buffer;
  readonly isEssential: boolean;
}

interface Item {
  /** `infe` box; its id is replaced. */
  readonly entry: Buffer;
  readonly data: Buffer;
  readonly properties: readonly Property[];
  /** References to other items, by their index. */
  readonly references: readonly { readonly type: string; readonly to: number }[];
}

const ALPHA = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0';
/** Boxes of a sample entry that are also properties of items, and whether these are essential (HEIF, 6.5). */
const PROPERTIES: ReadonlyMap<string, boolean> = new Map([
  ['av1C', true],
  ['colr', false],
  ['pixi', false],
  ['clap', true],
  ['irot', true],
  ['imir', true],
]);
/** Bytes of a box before its data, and of a visual sample entry before its boxes. */
const BOX_HEAD = 8;
const SAMPLE_ENTRY = 78;
/** Tracks, and boxes of a sample entry, that are looked at. */
const MAX_TRACKS = 16;
const MAX_PROPERTIES = 64;

type Range = Pick<Box, 'data' | 'end'>;

/** At most `count` boxes of a type, or of any type. A file may have millions: lists of all would not fit in memory. */
function boxes({ reader }: File, { data, end }: Range, count: number, type?: string): Box[] {
  const found: Box[] = [];
  for (const box of boxesOf(reader, data, end)) {
    if (type === undefined || box.type === type) found.push(box);
    if (found.length === count) break;
  }
  return found;
}

/** The first box on a path of types. */
function find(
  file: File,
  within: Range,
  type: string,
  ...more: readonly string[]
): Box | undefined {
  const [found] = boxes(file, within, 1, type);
  const [next, ...others] = more;
  return found && next !== undefined ? find(file, found, next, ...others) : found;
}

function copy({ bytes }: File, { data, end }: Range): Buffer {
  return bytes.subarray(data - BOX_HEAD, end);
}

/** The first sample of a sample table, which must be complete. */
function firstSample(file: File, table: Range): Buffer | undefined {
  const { reader, bytes } = file;
  const sizes = find(file, table, 'stsz');
  const places = find(file, table, 'stco') ?? find(file, table, 'co64');
  if (!sizes || !places) return undefined;
  const size = reader.u32(sizes.data + 4) || reader.u32(sizes.data + 12);
  const first = places.data + 8;
  const start = places.type === 'stco' ? reader.u32(first) : reader.u64(first);
  return size > 0 && start + size <= bytes.length ? bytes.subarray(start, start + size) : undefined;
}

function readTrack(file: File, trak: Range): Track | undefined {
  const { reader } = file;
  const head = find(file, trak, 'tkhd');
  const table = find(file, trak, 'mdia', 'minf', 'stbl');
  const handler = find(file, trak, 'mdia', 'hdlr');
  const description = table && find(file, table, 'stsd');
  const sample = table && firstSample(file, table);
  if (!head || !description || !handler || !sample) return undefined;
  const [entry] = boxes(file, { data: description.data + 8, end: description.end }, 1);
  if (entry?.type !== 'av01') return undefined;
  const inner = { data: entry.data + SAMPLE_ENTRY, end: entry.end };
  const described = boxes(file, inner, MAX_PROPERTIES);
  const coding = described.find(({ type }) => type === 'av1C');
  if (!coding) return undefined;
  const references = find(file, trak, 'tref');
  const referred = (type: string) => {
    const box = references && find(file, references, type);
    return box
      ? Array.from({ length: Math.min(MAX_TRACKS, (box.end - box.data) >> 2) }, (_, index) =>
          reader.u32(box.data + 4 * index),
        )
      : [];
  };
  // A decoder of items needs the sequence header in the data; a track may hold it only in its configuration.
  const isWhole = av1FrameSize(new ByteReader(sample), 0, sample.length) !== undefined;
  const header = file.bytes.subarray(coding.data + 4, coding.end);
  return {
    id: reader.u32(head.data + (reader.u8(head.data) === 0 ? 12 : 20)),
    width: reader.u16(entry.data + 24),
    height: reader.u16(entry.data + 26),
    isAlpha: reader.tag(handler.data + 8) === 'auxv',
    auxiliaryOf: referred('auxl'),
    premultipliedBy: referred('prem'),
    properties: [
      ...(described.some(({ type }) => type === 'pixi')
        ? []
        : [channelBits(reader.u8(coding.data + 2))]),
      ...described.flatMap((box) => {
        const isEssential = PROPERTIES.get(box.type);
        return isEssential === undefined ? [] : [{ box: copy(file, box), isEssential }];
      }),
    ],
    sample: isWhole ? sample : Buffer.concat([header, sample]),
  };
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, BOX_HEAD);
  return Buffer.concat([uint32(length), Buffer.from(type), ...content]);
}

/** A box with version and flags, which are zero unless given. */
function fullBox(type: string, content: readonly Uint8Array[], version = 0): Buffer {
  return box(type, Buffer.from([version, 0, 0, 0]), ...content);
}

/** Bits of each channel, which items must declare and tracks need not (`av1C`: AV1 in ISOBMFF, 2.3.3). */
function channelBits(flags: number): Property {
  const depth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12;
  const bits = new Array<number>((flags & 0x10) === 0 ? 3 : 1).fill(depth);
  return { box: fullBox('pixi', [Buffer.from([bits.length, ...bits])]), isEssential: false };
}

function itemEntry(type: string): Buffer {
  return fullBox('infe', [uint16(0), uint16(0), Buffer.from(`${type}\0`)], 2);
}

function colourItem(
  { width, height, properties, sample }: Track,
  references: Item['references'],
  more: readonly Property[] = [],
): Item {
  const size = { box: fullBox('ispe', [uint32(width), uint32(height)]), isEssential: false };
  return {
    entry: itemEntry('av01'),
    data: sample,
    properties: [size, ...properties, ...more],
    references,
  };
}

/** EXIF and XMP of the file, as items that describe the first one. */
function metadataItems(file: File, meta: Box): Item[] {
  const { reader, bytes } = file;
  const infos = find(file, { data: meta.data + 4, end: meta.end }, 'iinf');
  if (!infos) return [];
  const { extents, dataBox } = readMeta(reader, meta);
  const items = new Map<string, Item>();
  for (const info of boxesOf(
    reader,
    infos.data + (reader.u8(infos.data) === 0 ? 6 : 8),
    infos.end,
  )) {
    const type = reader.tag(info.data + 8);
    const extent = extents.get(reader.u16(info.data + 4));
    const isKnown = reader.u8(info.data) === 2 && (type === 'Exif' || type === 'mime');
    // One of each: items may share their data, and many copies of it would not fit in memory.
    if (!extent || !isKnown || items.has(type)) continue;
    const shift = extent.inData ? dataBox : 0;
    items.set(type, {
      entry: Buffer.from(copy(file, info)),
      data: bytes.subarray(extent.start + shift, extent.end + shift),
      properties: [],
      references: [{ type: 'cdsc', to: 0 }],
    });
  }
  return [...items.values()];
}

/** Properties, each once per item, and which item they belong to. */
function propertiesBox(items: readonly Item[]): Buffer {
  let index = 0;
  const owners = items.map(({ properties }, item) => {
    const own = properties.map(({ isEssential }) => (isEssential ? 0x80 : 0) | (index += 1));
    return Buffer.concat([uint16(item + 1), Buffer.from([own.length, ...own])]);
  });
  return box(
    'iprp',
    box('ipco', ...items.flatMap(({ properties }) => properties.map((property) => property.box))),
    fullBox('ipma', [uint32(owners.length), ...owners]),
  );
}

/** A still picture of items, the first of which is the primary one (HEIF, 6.2). */
function writeStill(items: readonly Item[]): Buffer {
  const type = box('ftyp', Buffer.from('avif'), uint32(0), Buffer.from('avifmif1miaf'));
  const meta = (start: number) => {
    let offset = start;
    const places = items.map(({ data }, index) => {
      const place = [uint16(index + 1), uint16(0), uint16(1), uint32(offset), uint32(data.length)];
      offset += data.length;
      return Buffer.concat(place);
    });
    const references = items.flatMap(({ references: own }, index) =>
      own.map(({ type: name, to }) => box(name, uint16(index + 1), uint16(1), uint16(to + 1))),
    );
    const entries = items.map(({ entry }, index) => {
      entry.writeUInt16BE(index + 1, BOX_HEAD + 4);
      return entry;
    });
    return fullBox('meta', [
      fullBox('hdlr', [uint32(0), Buffer.from('pict'), Buffer.alloc(13)]),
      fullBox('pitm', [uint16(1)]),
      // Offsets and lengths of four bytes, no base offset.
      fullBox('iloc', [uint16(0x4400), uint16(items.length), ...places]),
      fullBox('iinf', [uint16(items.length), ...entries]),
      ...(references.length > 0 ? [fullBox('iref', references)] : []),
      propertiesBox(items),
    ]);
  };
  const start = type.length + meta(0).length + BOX_HEAD;
  return Buffer.concat([type, meta(start), box('mdat', ...items.map(({ data }) => data))]);
}

/**
 * Turns an AVIF sequence into a still picture of its first frame, with alpha and metadata: libheif decodes only items,
 * not tracks. Decoders agree to use the track if the major brand says so (`avis`), or if the file has no item.
 * Returns other files, and sequences whose first frame is damaged, unchanged.
 */
export function stillOfSequence(source: Uint8Array): Uint8Array {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const file: File = { reader: new ByteReader(source), bytes };
  const whole = { data: 0, end: bytes.length };
  if (file.reader.tag(4) !== 'ftyp') return source;
  const meta = find(file, whole, 'meta');
  if (meta && !['avis', 'msf1'].includes(file.reader.tag(BOX_HEAD))) return source;
  const movie = find(file, whole, 'moov');
  if (!movie) return source;
  const tracks = boxes(file, movie, MAX_TRACKS, 'trak').flatMap(
    (trak) => readTrack(file, trak) ?? [],
  );
  const colour = tracks.find(({ isAlpha, auxiliaryOf }) => !isAlpha && auxiliaryOf.length === 0);
  if (!colour) return source;
  const alpha = tracks.find(
    ({ isAlpha, auxiliaryOf }) => isAlpha && auxiliaryOf.includes(colour.id),
  );
  const isPremultiplied = alpha && colour.premultipliedBy.includes(alpha.id);
  const auxiliary = { box: fullBox('auxC', [Buffer.from(ALPHA)]), isEssential: true };
  return writeStill([
    colourItem(colour, isPremultiplied ? [{ type: 'prem', to: 1 }] : []),
    ...(alpha ? [colourItem(alpha, [{ type: 'auxl', to: 0 }], [auxiliary])] : []),
    ...(meta ? metadataItems(file, meta) : []),
  ]);
}
