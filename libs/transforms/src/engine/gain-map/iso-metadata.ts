import type { PerChannel, ReadMetadata } from './gain-map-metadata.ts';

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
export function parseIsoMetadata(content: Buffer): ReadMetadata | undefined {
  try {
    return parse(content);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}
