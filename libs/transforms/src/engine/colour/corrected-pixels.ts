import sharp, { type Metadata } from 'sharp';
import type { SourceCoding, SourceFacts } from '../../image-engine.ts';
import { failOnOf } from '../inspect/unsupported-coding.ts';
import { avifColours } from './avif-colours.ts';
import type { Cicp } from './cicp.ts';
import { type Curve, srgbEncode } from './colour-math.ts';
import { greyCurve, profileKind } from './icc-profile.ts';
import { pngHdr } from './png-colours.ts';
import { toneMapper } from './tone-mapping.ts';

type Samples = Uint8Array | Uint16Array;

/** Pixels of a decoder, row by row. */
export interface Pixels {
  readonly data: Samples;
  /** Colours and alpha. */
  readonly channels: number;
}

/** Why pixels of a decoder are wrong. */
interface Correction {
  readonly isPremultiplied: boolean;
  readonly expand?: Curve;
  readonly hdr?: Cicp;
  /** 32-bit samples of a TIFF. */
  readonly isWide: boolean;
  /** libvips ignores the profile of 16-bit grey. */
  readonly isGreyWithProfile: boolean;
}

/** 32-bit samples that sharp does not scale. It converts other spaces, such as XYZ, itself. */
const isWideSample = ({ space, depth }: Pick<Metadata, 'space' | 'depth'>) =>
  (depth === 'uint' || depth === 'float') && ['b-w', 'srgb', 'rgb', 'scrgb'].includes(space);

function correctionOf(
  source: Uint8Array,
  header: Pick<Metadata, 'space' | 'depth' | 'icc'>,
): Correction {
  const avif = avifColours(source);
  const hdr = avif.hdr ?? pngHdr(source);
  const isWide = isWideSample(header);
  const isGrey = header.space === 'grey16' || (isWide && header.space === 'b-w');
  return {
    ...avif,
    ...(hdr ? { hdr } : {}),
    isWide,
    isGreyWithProfile: isGrey && !hdr && profileKind(header.icc, 'grey') === 'other',
  };
}

type CorrectedCoding = Pick<SourceCoding, 'depth' | 'profile'> &
  Required<Pick<SourceCoding, 'correctedFrom'>>;

/** Whether and how `correctedPixels` changes the coding of an upload. `undefined`: the decoder is right. */
export function correctedCoding(
  source: Uint8Array,
  header: Pick<Metadata, 'space' | 'depth' | 'icc'>,
): CorrectedCoding | undefined {
  const { isPremultiplied, hdr, isWide, isGreyWithProfile } = correctionOf(source, header);
  const depth = header.depth === 'uchar' ? 8 : 16;
  const correctedFrom = isWide ? 32 : depth;
  if (hdr) return { correctedFrom, depth: 8, profile: 'none' };
  if (isGreyWithProfile) {
    const hasCurve = header.icc && greyCurve(header.icc);
    return hasCurve
      ? { correctedFrom, depth, profile: 'none' }
      : { correctedFrom, depth: 8, profile: 'other' };
  }
  if (!isWide && !isPremultiplied) return undefined;
  const isGrey = header.space === 'grey16' || header.space === 'b-w';
  return { correctedFrom, depth, profile: profileKind(header.icc, isGrey ? 'grey' : 'rgb') };
}

/** Reads the samples as the file stores them, in 8 or 16 bits. */
async function decode(
  source: Uint8Array,
  { width, height, structure }: SourceFacts,
  header: Metadata,
): Promise<Pixels> {
  const { depth, space, hasAlpha, icc } = header;
  const failOn = failOnOf(structure);
  const open = () => sharp(source, { failOn, limitInputPixels: width * height, ignoreIcc: true });
  if (!isWideSample(header)) {
    const deep = depth === 'ushort';
    const image = deep ? open().toColourspace(space) : open();
    const { data, info } = await image
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data: deep ? words(data) : data, channels: info.channels };
  }
  const isFloat = depth !== 'uint';
  const raw = { depth: isFloat ? 'float' : 'uint' } as const;
  const { data, info } = await open()
    .toColourspace(space)
    .raw(raw)
    .toBuffer({ resolveWithObject: true });
  const colours = space === 'b-w' ? 1 : 3;
  const channels = colours + (hasAlpha ? 1 : 0);
  const values = isFloat ? floats(data) : words32(data);
  const scale = isFloat ? 1 : 1 / 0xffffffff;
  const samples = new Uint16Array((values.length / info.channels) * channels);
  // libvips inverts integers only.
  const isInverted = isFloat && structure?.format === 'tiff' && structure.photometric === 0;
  const isLinear = isFloat && profileKind(icc, colours === 1 ? 'grey' : 'rgb') === 'none';
  for (let from = 0, to = 0; to < samples.length; from += info.channels, to += channels) {
    for (let channel = 0; channel < Math.min(channels, info.channels); channel += 1) {
      const stored = (values[from + channel] ?? 0) * scale;
      const value = isInverted && channel < colours ? 1 - stored : stored;
      samples[to + channel] = level(isLinear && channel < colours ? srgbEncode(value) : value);
    }
  }
  if (info.channels < channels) {
    // sharp's raw grey has no alpha.
    const second = await open().toColourspace('b-w').extractChannel(1).raw(raw).toBuffer();
    const alpha = isFloat ? floats(second) : words32(second);
    for (let index = 0; index < alpha.length; index += 1) {
      samples[index * channels + channels - 1] = level((alpha[index] ?? 0) * scale);
    }
  }
  return { data: samples, channels };
}

/** 0 to 1 as 16 bits. Clips; what is not a number becomes 0. */
const level = (value: number) => (value > 0 ? Math.round(65_535 * Math.min(1, value)) : 0);

function aligned(data: Buffer): Uint8Array {
  return data.byteOffset % 4 === 0 ? data : Uint8Array.from(data);
}

function floats(data: Buffer): Float32Array {
  const { buffer, byteOffset, byteLength } = aligned(data);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function words32(data: Buffer): Uint32Array {
  const { buffer, byteOffset, byteLength } = aligned(data);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function words(data: Buffer): Uint16Array {
  const { buffer, byteOffset, byteLength } = data;
  return byteOffset % 2 === 0
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint16Array(Uint8Array.from(data).buffer);
}

/** Divides the colours by alpha, in place. */
function unpremultiply({ data, channels }: Pixels): void {
  const largest = data instanceof Uint16Array ? 65_535 : 255;
  for (let at = 0; at + channels <= data.length; at += channels) {
    const alpha = data[at + channels - 1] ?? 0;
    if (alpha === largest) continue;
    for (let channel = at; channel < at + channels - 1; channel += 1) {
      const value = alpha === 0 ? 0 : Math.round(((data[channel] ?? 0) * largest) / alpha);
      data[channel] = Math.min(largest, value);
    }
  }
}

function toneMapped({ data, channels }: Pixels, cicp: Cicp): Pixels {
  const largest = data instanceof Uint16Array ? 65_535 : 255;
  const convert = toneMapper(cicp, largest);
  const isGrey = channels < 3;
  const hasAlpha = channels === 2 || channels === 4;
  const out = hasAlpha ? 4 : 3;
  const mapped = new Uint8Array((data.length / channels) * out);
  for (let from = 0, to = 0; to < mapped.length; from += channels, to += out) {
    const r = data[from] ?? 0;
    convert(r, isGrey ? r : (data[from + 1] ?? 0), isGrey ? r : (data[from + 2] ?? 0), mapped, to);
    if (hasAlpha) mapped[to + 3] = Math.round(((data[from + channels - 1] ?? 0) * 255) / largest);
  }
  return { data: mapped, channels: out };
}

/** Applies a curve to the colours, in place. */
function throughCurve({ data, channels }: Pixels, curve: Curve): void {
  const largest = data instanceof Uint16Array ? 65_535 : 255;
  const table = Uint16Array.from({ length: largest + 1 }, (_, code) =>
    Math.round(largest * curve(code / largest)),
  );
  const colours = channels % 2 === 0 ? channels - 1 : channels;
  for (let at = 0; at < data.length; at += channels) {
    for (let index = at; index < at + colours; index += 1)
      data[index] = table[data[index] ?? 0] ?? 0;
  }
}

/**
 * Decodes an upload whose pixels sharp gets wrong, corrects them, and returns them as an uncompressed TIFF, which replaces
 * the upload for all later work. Needs the memory of the whole picture, up to three times.
 */
export async function correctedPixels(source: Uint8Array, facts: SourceFacts): Promise<Uint8Array> {
  const header = await sharp(source, { failOn: 'error', limitInputPixels: false }).metadata();
  const { isPremultiplied, expand, hdr, isGreyWithProfile } = correctionOf(source, header);
  let pixels = await decode(source, facts, header);
  if (expand) throughCurve(pixels, expand);
  if (isPremultiplied) unpremultiply(pixels);
  if (hdr) pixels = toneMapped(pixels, hdr);
  let profile = hdr ? undefined : header.icc;
  const curve = isGreyWithProfile && profile ? greyCurve(profile) : undefined;
  if (curve) {
    throughCurve(pixels, (value) => srgbEncode(curve(value)));
    profile = undefined;
  } else if (isGreyWithProfile) {
    // Only LittleCMS can apply tables, and libvips lets it do so for 8 bits.
    pixels = { ...pixels, data: Uint8Array.from(pixels.data, (value) => Math.round(value / 257)) };
  }
  return tiffOfPixels(pixels, header, profile);
}

/** TIFF 6.0, section 2: types of values. */
const [SHORT, LONG, UNDEFINED] = [3, 4, 7];
/** Pixels of an uncompressed little-endian TIFF start at a multiple of this. */
const ALIGNMENT = 16;

/** An uncompressed TIFF, which libvips reads row by row. */
export function tiffOfPixels(
  { data, channels }: Pixels,
  { width, height, orientation = 1 }: Pick<Metadata, 'width' | 'height' | 'orientation'>,
  profile: Buffer | undefined,
): Uint8Array {
  const hasAlpha = channels % 2 === 0;
  const isGrey = channels < 3;
  const bits = 8 * data.BYTES_PER_ELEMENT;
  const entries: [tag: number, type: number, values: readonly number[] | Buffer][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array.from({ length: channels }, () => bits)],
    [259, SHORT, [1]],
    [262, SHORT, [isGrey ? 1 : 2]],
    [273, LONG, [0]],
    [274, SHORT, [orientation]],
    [277, SHORT, [channels]],
    [278, LONG, [height]],
    [279, LONG, [data.byteLength]],
    ...(hasAlpha ? [[338, SHORT, [2]] as [number, number, number[]]] : []),
    ...(profile ? [[34_675, UNDEFINED, profile] as [number, number, Buffer]] : []),
  ];
  const directory = 8;
  let free = directory + 2 + 12 * entries.length + 4;
  const places = entries.map(([, type, values]) => {
    const bytes = values.length * (type === LONG ? 4 : type === SHORT ? 2 : 1);
    if (bytes <= 4) return undefined;
    const place = free;
    free += bytes + (bytes & 1);
    return place;
  });
  const start = Math.ceil(free / ALIGNMENT) * ALIGNMENT;
  const file = Buffer.alloc(start + data.byteLength);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directory, 4);
  file.writeUInt16LE(entries.length, directory);
  entries.forEach(([tag, type, values], index) => {
    const at = directory + 2 + 12 * index;
    const place = places[index];
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(values.length, at + 4);
    if (place !== undefined) file.writeUInt32LE(place, at + 8);
    const to = place ?? at + 8;
    if (values instanceof Buffer) values.copy(file, to);
    else {
      values.forEach((given, position) => {
        const value = tag === 273 ? start : given;
        if (type === LONG) file.writeUInt32LE(value, to + 4 * position);
        else file.writeUInt16LE(value, to + 2 * position);
      });
    }
  });
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).copy(file, start);
  return file;
}
