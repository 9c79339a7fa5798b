import * as z from 'zod';
import { readBlocks, XMP_NAME } from '../metadata/xmp-and-iptc.ts';
import { APP1, APP2, headerSegments } from './jpeg-segments.ts';

/** Red, green, blue. */
type PerChannel = [number, number, number];

/** Parameters that convert SDR to HDR (Ultra HDR image format 1.1; Adobe's gain map specification 1.0). */
export interface GainMapMetadata {
  /** Gain where the map is black and white, log2. */
  readonly gainMapMin: PerChannel;
  readonly gainMapMax: PerChannel;
  readonly gamma: PerChannel;
  readonly offsetSdr: PerChannel;
  readonly offsetHdr: PerChannel;
  /** Display headroom, log2, at which the map starts to apply and at which it applies fully. */
  readonly hdrCapacityMin: number;
  readonly hdrCapacityMax: number;
}

/** Gain map metadata as read from a file. */
interface ReadMetadata {
  readonly metadata: GainMapMetadata;
  /** Gains apply in the colour space of the base picture, not of the HDR picture. */
  readonly usesBaseColours: boolean;
}

/** Real values are far smaller; files store 32-bit fractions. */
const number = z.number().min(-1000).max(1000);
const triple = z.tuple([number, number, number]);
const offset = triple.refine(([red, green, blue]) => red === green && green === blue);
const gamma = number.min(0.001);

const schema = z
  .object({
    gainMapMin: triple,
    gainMapMax: triple,
    gamma: z.tuple([gamma, gamma, gamma]),
    offsetSdr: offset,
    offsetHdr: offset,
    hdrCapacityMin: number.min(0),
    hdrCapacityMax: number,
  })
  .refine(({ hdrCapacityMin, hdrCapacityMax }) => hdrCapacityMin < hdrCapacityMax)
  .refine(({ gainMapMin, gainMapMax }) =>
    gainMapMin.every((least, channel) => least <= (gainMapMax[channel] ?? NaN)),
  );

/** Accepts one value for all channels, or one per channel. */
function each(value: unknown, fallback?: number): unknown {
  const values = [value ?? fallback].flat().map(Number);
  return values.length === 1 ? [...values, ...values, ...values] : values;
}

/** Default of the offsets: Adobe's specification, "Offset SDR". */
const OFFSET = 1 / 64;

function fromXmp(hdrgm: Readonly<Record<string, unknown>>): unknown {
  if (String(hdrgm['BaseRenditionIsHDR']).toLowerCase() === 'true') return undefined;
  return {
    gainMapMin: each(hdrgm['GainMapMin'], 0),
    gainMapMax: each(hdrgm['GainMapMax']),
    gamma: each(hdrgm['Gamma'], 1),
    offsetSdr: each(hdrgm['OffsetSDR'], OFFSET),
    offsetHdr: each(hdrgm['OffsetHDR'], OFFSET),
    hdrCapacityMin: Number(hdrgm['HDRCapacityMin'] ?? 0),
    hdrCapacityMax: Number(hdrgm['HDRCapacityMax']),
  };
}

const contentAfter = (name: string, content: Buffer) =>
  content.toString('latin1', 0, name.length) === name ? content.subarray(name.length) : undefined;

/** Reads ISO 21496-1 first, because it holds more, then XMP. */
async function read(
  picture: Uint8Array,
): Promise<readonly { metadata: unknown; usesBaseColours: boolean }[]> {
  let iso: ReadMetadata | undefined;
  let xmp: Buffer | undefined;
  for (const { marker, content } of headerSegments(picture)) {
    const binary = marker === APP2 ? contentAfter(ISO_NAME, content) : undefined;
    if (binary) iso ??= parseIsoMetadata(binary);
    if (marker === APP1) xmp ??= contentAfter(XMP_NAME, content);
  }
  // Only the packet, not the whole file.
  const { hdrgm } = xmp ? await readBlocks({ xmp }) : {};
  return [
    ...(iso ? [iso] : []),
    ...(hdrgm ? [{ metadata: fromXmp(hdrgm), usesBaseColours: true }] : []),
  ];
}

/**
 * Reads the metadata in a gain map's own file. Returns `undefined` for other pictures, for damaged metadata, and for maps
 * that convert HDR to SDR.
 */
export async function readGainMapMetadata(picture: Uint8Array): Promise<ReadMetadata | undefined> {
  for (const { metadata, usesBaseColours } of await read(picture)) {
    const { data } = schema.safeParse(metadata);
    if (data) return { metadata: data, usesBaseColours };
  }
  return undefined;
}

/** Start of the segment (ISO 21496-1, annex C; libultrahdr, `jpegr.cpp`). */
export const ISO_NAME = 'urn:iso:std:iso:ts:21496:-1\0';

const VERSION = 0;
/** Flags (libultrahdr, `gainmapmetadata.cpp`). */
const MULTICHANNEL = 0x80;
const USES_BASE_COLOURS = 0x40;
const BACKWARD = 0x04;
const COMMON_DENOMINATOR = 0x08;

/**
 * Reads the binary form (libultrahdr, `gainmapmetadata.cpp`). Numbers are big-endian fractions. Each channel has minimum
 * and maximum gain, gamma and two offsets.
 * @throws RangeError when it ends early
 */
function parse(content: Buffer): ReadMetadata | undefined {
  let at = 0;
  const next = (bytes: number) => (at += bytes) - bytes;
  const minimumVersion = content.readUInt16BE(next(2));
  next(2);
  const flags = content.readUInt8(next(1));
  // The base picture is HDR: the file has no SDR picture to render from.
  if (minimumVersion !== VERSION || flags & BACKWARD) return undefined;
  const common = flags & COMMON_DENOMINATOR ? content.readUInt32BE(next(4)) : undefined;
  const over = (numerator: number) => numerator / (common ?? content.readUInt32BE(next(4)));
  const unsigned = () => over(content.readUInt32BE(next(4)));
  const signed = () => over(content.readInt32BE(next(4)));

  const [hdrCapacityMin, hdrCapacityMax] = [unsigned(), unsigned()];
  const channels = Array.from({ length: flags & MULTICHANNEL ? 3 : 1 }, () => ({
    min: signed(),
    max: signed(),
    gamma: unsigned(),
    offsetSdr: signed(),
    offsetHdr: signed(),
  }));
  const each = (member: keyof (typeof channels)[number]): PerChannel => {
    const [red = NaN, green = red, blue = red] = channels.map((channel) => channel[member]);
    return [red, green, blue];
  };
  return {
    usesBaseColours: (flags & USES_BASE_COLOURS) !== 0,
    metadata: {
      gainMapMin: each('min'),
      gainMapMax: each('max'),
      gamma: each('gamma'),
      offsetSdr: each('offsetSdr'),
      offsetHdr: each('offsetHdr'),
      hdrCapacityMin,
      hdrCapacityMax,
    },
  };
}

/** As `parse`, but returns `undefined` if the content ends early. */
function parseIsoMetadata(content: Buffer): ReadMetadata | undefined {
  try {
    return parse(content);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** Lookup tables for map values, 256 entries per channel. */
export type Tables = readonly [Uint8Array, Uint8Array, Uint8Array];

export interface UniformGains {
  /** One value for all channels. */
  readonly metadata: GainMapMetadata;
  /** Converts the map's values if the range or gamma changes. */
  readonly tables?: Tables;
}

const isOne = ([red, green, blue]: PerChannel) => red === green && green === blue;
const all = (value: number): PerChannel => [value, value, value];

/**
 * Expresses the gains by one range and gamma for all channels, because the XMP form holds only one. Values are
 * `(log2 gain - least) / (greatest - least)`, to the power of gamma (Ultra HDR image format 1.1, "Gain map generation").
 */
export function withUniformGains(metadata: GainMapMetadata): UniformGains {
  const { gainMapMin, gainMapMax, gamma } = metadata;
  if ([gainMapMin, gainMapMax, gamma].every(isOne)) return { metadata };
  const [least, greatest] = [Math.min(...gainMapMin), Math.max(...gainMapMax)];
  const table = (channel: 0 | 1 | 2) =>
    Uint8Array.from({ length: 256 }, (_, value) => {
      const recovery = (value / 255) ** (1 / gamma[channel]);
      const gain = gainMapMin[channel] + recovery * (gainMapMax[channel] - gainMapMin[channel]);
      return greatest === least ? 0 : Math.round((255 * (gain - least)) / (greatest - least));
    });
  return {
    metadata: { ...metadata, gainMapMin: all(least), gainMapMax: all(greatest), gamma: all(1) },
    tables: [table(0), table(1), table(2)],
  };
}
