import * as z from 'zod';
import { readBlocks, XMP_NAME } from '../read-blocks.ts';
import { ISO_NAME, parseIsoMetadata } from './iso-metadata.ts';
import { APP1, APP2, headerSegments } from './jpeg-segments.ts';

/** Red, green, blue. */
export type PerChannel = [number, number, number];

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
export interface ReadMetadata {
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
