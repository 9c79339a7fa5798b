import { readMeta, boxesOf } from '../cost/avif.ts';
import { ByteReader } from '../cost/byte-reader.ts';
import { box } from './structure/isobmff.ts';
import { latin1, uint16, uint32 } from './structure/piece.ts';

export interface SequenceOptions {
  /** Default `avis`. */
  readonly brand?: string;
  /** Also holds the last frame as an item, as a still picture for other readers. Default: none. */
  readonly still?: boolean;
  /** The colours are multiplied by the alpha. */
  readonly premultiplied?: boolean;
  /** Boxes added to the sample entry of the colours. */
  readonly properties?: readonly Buffer[];
  /** The sequence header is only in the configuration. */
  readonly bareSamples?: boolean;
  /** 64-bit offsets and times. */
  readonly long?: boolean;
  /** A box after the brand. */
  readonly meta?: Buffer;
  /** Tracks that the alpha belongs to. Default: that of the colours, 1. */
  readonly alphaOf?: readonly number[];
  /** Type of the alpha's track. Default: `auxv`. */
  readonly alphaHandler?: string;
  /** The track of the alpha comes first. */
  readonly alphaFirst?: boolean;
}

interface Coded {
  readonly data: Buffer;
  readonly boxes: readonly Buffer[];
}

function full(type: string, ...content: readonly Buffer[]): Buffer {
  return box(type, Buffer.concat([uint32(0), ...content]));
}

/** AV1 data and properties of a still's items: the picture and, if it has one, its alpha. */
function codedOf(still: Buffer): Coded[] {
  const file = new ByteReader(still);
  const [meta] = [...boxesOf(file, 0, still.length)].filter(({ type }) => type === 'meta');
  if (!meta) throw new Error('not a still');
  const inner = [...boxesOf(file, meta.data + 4, meta.end)].find(({ type }) => type === 'iprp');
  const [container] = inner ? [...boxesOf(file, inner.data, inner.end)] : [];
  const properties = container ? [...boxesOf(file, container.data, container.end)] : [];
  const { types, extents, owned } = readMeta(file, meta);
  return [...types.keys()].map((id) => {
    const { start, end } = extents.get(id) ?? { start: 0, end: 0 };
    const own = (owned.get(id) ?? []).flatMap((index) => properties[index - 1] ?? []);
    const kept = own.filter(({ type }) => ['av1C', 'colr'].includes(type));
    return {
      data: still.subarray(start, end),
      boxes: kept.map(({ data, end: to }) => still.subarray(data - 8, to)),
    };
  });
}

/** Splits AV1 data into its sequence header and the frame; drops a temporal delimiter (AV1, 5.3). */
function withoutSequenceHeader(data: Buffer): { header: Buffer; rest: Buffer } {
  const length = 2 + (data[1] ?? 0);
  const isDelimiter = (((data[0] ?? 0) >> 3) & 15) === 2;
  const start = isDelimiter ? length : 0;
  const end = start + 2 + (data[start + 1] ?? 0);
  return { header: data.subarray(start, end), rest: data.subarray(end) };
}

/**
 * Writes an AVIF sequence of stills that sharp made; all of the same size, and all with alpha or all without.
 * One second for each frame.
 */
export function avifSequence(
  stills: readonly Buffer[],
  { width, height }: { readonly width: number; readonly height: number },
  options: SequenceOptions = {},
): Buffer {
  const { brand = 'avis', bareSamples = false, long = false } = options;
  const { meta = Buffer.alloc(0), alphaOf = [1], alphaHandler = 'auxv' } = options;
  const frames = stills.map(codedOf);
  const tracks = (frames[0] ?? []).map((first, track) => ({
    first,
    samples: frames.map((frame) => {
      const data = frame[track]?.data ?? Buffer.alloc(0);
      return bareSamples ? withoutSequenceHeader(data).rest : data;
    }),
  }));
  const last = options.still ? stills.at(-1) : undefined;
  const type = box('ftyp', latin1(`${brand}\0\0\0\0avismsf1iso8`));
  const head = Buffer.from(last ?? Buffer.concat([type, meta]));
  head.write(brand, 8, 'latin1');
  const movie = (start: number) => {
    let at = start;
    const traks = tracks.map(({ first, samples }, index) => {
      const offset = at;
      at += samples.reduce((sum, { length }) => sum + length, 0);
      const [coding = Buffer.alloc(0), ...others] = first.boxes;
      const header = bareSamples
        ? withoutSequenceHeader(frames[0]?.[index]?.data ?? coding).header
        : Buffer.alloc(0);
      const config = box('av1C', Buffer.concat([coding.subarray(8, 12), header]));
      const entry = box(
        'av01',
        Buffer.concat([
          Buffer.alloc(24),
          uint16(width),
          uint16(height),
          Buffer.alloc(50),
          config,
          ...others,
          ...(index === 0 ? (options.properties ?? []) : []),
        ]),
      );
      const table = box(
        'stbl',
        Buffer.concat([
          full('stsd', uint32(1), entry),
          full('stts', uint32(1), uint32(samples.length), uint32(1)),
          full('stsc', uint32(1), uint32(1), uint32(samples.length), uint32(1)),
          full('stsz', uint32(0), uint32(samples.length), ...samples.map((s) => uint32(s.length))),
          long
            ? full('co64', uint32(1), uint32(0), uint32(offset))
            : full('stco', uint32(1), uint32(offset)),
        ]),
      );
      const handler = full(
        'hdlr',
        uint32(0),
        latin1(index === 0 ? 'pict' : alphaHandler),
        Buffer.alloc(13),
      );
      const time = (value: number) => Buffer.concat([Buffer.alloc(long ? 4 : 0), uint32(value)]);
      const trackHead = box('tkhd', Buffer.concat([
        uint32(long ? 1 << 24 : 0), time(0), time(0), uint32(index + 1), uint32(0),
        time(samples.length), Buffer.alloc(52), uint32(width * 65_536), uint32(height * 65_536),
      ])); // prettier-ignore
      const mediaHead = full(
        'mdhd',
        uint32(0),
        uint32(0),
        uint32(1),
        uint32(samples.length),
        uint32(0),
      );
      const references =
        index > 0
          ? [box('tref', box('auxl', Buffer.concat(alphaOf.map(uint32))))]
          : options.premultiplied
            ? [box('tref', box('prem', uint32(2)))]
            : [];
      return box(
        'trak',
        Buffer.concat([
          trackHead,
          ...references,
          box('mdia', Buffer.concat([mediaHead, handler, box('minf', table)])),
        ]),
      );
    });
    const movieHead = full(
      'mvhd',
      uint32(0),
      uint32(0),
      uint32(1),
      uint32(stills.length),
      Buffer.alloc(80),
    );
    const inOrder = options.alphaFirst ? traks.toReversed() : traks;
    return box('moov', Buffer.concat([movieHead, ...inOrder]));
  };
  const start = head.length + movie(0).length + 8;
  const data = tracks.flatMap(({ samples }) => samples);
  return Buffer.concat([head, movie(start), box('mdat', Buffer.concat(data))]);
}
