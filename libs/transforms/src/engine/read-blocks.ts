import exifr from 'exifr';

/** Properties by the prefix of their XMP namespace, and IPTC's under `iptc`. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** What the content of a JPEG's XMP segment begins with (XMP specification, part 3, 1.1.3). */
export const XMP_NAME = 'http://ns.adobe.com/xap/1.0/\0';

/** What a segment of a JPEG holds at most, bytes. */
const MAX_SEGMENT = 65_533;

function segment(marker: number, content: Buffer): Buffer {
  if (content.length > MAX_SEGMENT) return Buffer.alloc(0);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

interface GivenBlocks {
  readonly iptc?: Buffer | undefined;
  /** The packet. */
  readonly xmp?: Buffer | undefined;
}

/** As a JPEG without a picture, since exifr reads the blocks from files alone, and not from all that may hold them. */
function asFile({ iptc, xmp }: GivenBlocks): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(xmp ? [segment(0xe1, Buffer.concat([Buffer.from(XMP_NAME), xmp]))] : []),
    ...(iptc ? [segment(0xed, iptc)] : []),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Reads IPTC and XMP; damaged ones count as none. */
export async function readBlocks(given: GivenBlocks): Promise<Blocks> {
  const only = { iptc: true, xmp: true, tiff: false, jfif: false, icc: false, ihdr: false };
  try {
    const read: unknown = await exifr.parse(asFile(given), { ...only, mergeOutput: false });
    return (read ?? {}) as Blocks;
  } catch {
    return {};
  }
}
