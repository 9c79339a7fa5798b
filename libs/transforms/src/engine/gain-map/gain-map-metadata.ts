import * as z from 'zod';
import { readBlocks, XMP_NAME } from '../metadata/xmp-and-iptc.ts';
import { APP1, APP2, headerSegments } from './jpeg-segments.ts';

/** Red, green, blue. */
type PerChannel = [number, number, number];

/** How a gain map makes HDR of SDR (Ultra HDR image format 1.1; Adobe's gain map specification 1.0). */
export interface GainMapMetadata {
  /** Gain where the map is black and white, log2. */
  readonly gainMapMin: PerChannel;
  readonly gainMapMax: PerChannel;
  readonly gamma: PerChannel;
  readonly offsetSdr: PerChannel;
  readonly offsetHdr: PerChannel;
  /** Headroom of the display, log2, from which on the map is applied, and at which it is applied wholly. */
  readonly hdrCapacityMin: number;
  readonly hdrCapacityMax: number;
}

/** What a file says of its gain map. */
interface ReadMetadata {
  readonly metadata: GainMapMetadata;
  /** Gains are for the colours of the picture as it stands, and not for those of the HDR picture. */
  readonly usesBaseColours: boolean;
}

/** Anything real is far below; what is written are fractions of 32 bits. */
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

/** One value for all channels, or one for each. */
function each(value: unknown, fallback?: number): unknown {
  const values = [value ?? fallback].flat().map(Number);
  return values.length === 1 ? [...values, ...values, ...values] : values;
}

/** Offsets where none are given: Adobe's specification, "Offset SDR". */
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

/** As ISO 21496-1, which says the most, then as XMP. */
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
  // Nothing but the packet, however long the file.
  const { hdrgm } = xmp ? await readBlocks({ xmp }) : {};
  return [
    ...(iso ? [iso] : []),
    ...(hdrgm ? [{ metadata: fromXmp(hdrgm), usesBaseColours: true }] : []),
  ];
}

/**
 * Reads what a gain map's own file says of it. Nothing for any other picture, and where it is damaged or makes SDR of
 * HDR.
 */
export async function readGainMapMetadata(picture: Uint8Array): Promise<ReadMetadata | undefined> {
  for (const { metadata, usesBaseColours } of await read(picture)) {
    const { data } = schema.safeParse(metadata);
    if (data) return { metadata: data, usesBaseColours };
  }
  return undefined;
}

/** What the segment begins with (ISO 21496-1, annex C; libultrahdr, `jpegr.cpp`). */
export const ISO_NAME = 'urn:iso:std:iso:ts:21496:-1\0';

const VERSION = 0;
/** Flags (libultrahdr, `gainmapmetadata.cpp`). */
const MULTICHANNEL = 0x80;
const USES_BASE_COLOURS = 0x40;
const BACKWARD = 0x04;
const COMMON_DENOMINATOR = 0x08;

/**
 * Reads the binary form (libultrahdr, `gainmapmetadata.cpp`): numbers are fractions, big-endian; those of a channel are
 * least and greatest gain, gamma and two offsets.
 * @throws RangeError when it ends early
 */
function parse(content: Buffer): ReadMetadata | undefined {
  let at = 0;
  const next = (bytes: number) => (at += bytes) - bytes;
  const minimumVersion = content.readUInt16BE(next(2));
  next(2);
  const flags = content.readUInt8(next(1));
  // With the base picture being the HDR one, there is no SDR picture to go on from.
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

/** As `parse`; nothing where it ends early. */
function parseIsoMetadata(content: Buffer): ReadMetadata | undefined {
  try {
    return parse(content);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** What a value of the map becomes, 256 for each channel. */
export type Tables = readonly [Uint8Array, Uint8Array, Uint8Array];

export interface UniformGains {
  /** One value for all channels. */
  readonly metadata: GainMapMetadata;
  /** Where the map's own values do not mean the same any more. */
  readonly tables?: Tables;
}

const isOne = ([red, green, blue]: PerChannel) => red === green && green === blue;
const all = (value: number): PerChannel => [value, value, value];

/**
 * The same gains said by one range and gamma for all channels, since files for readers of XMP hold one. Values are
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
