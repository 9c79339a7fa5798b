import exifr from 'exifr';
import type { Metadata } from 'sharp';

/** Whose picture it is, by EXIF's names for it. */
interface Rights {
  readonly Artist?: string;
  readonly Copyright?: string;
}

/** exifr takes IPTC for Latin-1; what is UTF-8 nearly always is meant as that. */
function fromIptc(value: unknown): string | undefined {
  const names = [value].flat().filter((name) => typeof name === 'string');
  const text = names.join('; ');
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('utf8').includes('\uFFFD') ? text : bytes.toString('utf8') || undefined;
}

/** A text, a text in a language, or a list of them. */
function fromXmp(value: unknown): string | undefined {
  if (typeof value === 'string') return value || undefined;
  if (Array.isArray(value))
    return value.flatMap((one) => fromXmp(one) ?? []).join('; ') || undefined;
  if (typeof value !== 'object' || value === null || !('value' in value)) return undefined;
  return fromXmp(value.value);
}

/**
 * Reads from a header's IPTC and XMP whose picture it is, IPTC first (Metadata Working Group, "Guidelines for handling
 * image metadata", 2.0). Damaged blocks count as none.
 */
export async function readRights(header: Metadata): Promise<Rights> {
  if (!header.iptc && !header.xmp) return {};
  const { iptc, dc } = await readBlocks(header);
  const artist = fromIptc(iptc?.['Byline']) ?? fromXmp(dc?.['creator']);
  const copyright = fromIptc(iptc?.['CopyrightNotice']) ?? fromXmp(dc?.['rights']);
  return {
    ...(artist === undefined ? {} : { Artist: artist }),
    ...(copyright === undefined ? {} : { Copyright: copyright }),
  };
}

/** Properties by the prefix of their XMP namespace, and IPTC's under `iptc`. */
type Blocks = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

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

/** Properties whose names speak of GPS, of whichever vocabulary: `exif:GPSLatitude`, `drone-dji:GpsLongitude`. */
const ATTRIBUTE = /\s[\w-]+:gps\w*\s*=\s*(?:"[^"]*"|'[^']*')/gi;
const ELEMENT = /<([\w-]+:gps\w*)(?=[\s/>])/gi;

/** Where the element that begins at `start` ends; nothing where it does not. */
function endOf(packet: string, name: string, start: number): number | undefined {
  const opened = packet.indexOf('>', start);
  if (opened < 0) return undefined;
  if (packet[opened - 1] === '/') return opened + 1;
  const closing = packet.indexOf(`</${name}`, opened);
  const closed = closing < 0 ? -1 : packet.indexOf('>', closing);
  return closed < 0 ? undefined : closed + 1;
}

/**
 * An XMP packet without where the picture was taken, told by attributes or elements (XMP specification, part 1, 7);
 * nothing where it cannot be told where such an element ends.
 */
export function withoutPosition(packet: string): string | undefined {
  const rest = packet.replaceAll(ATTRIBUTE, '');
  const kept: string[] = [];
  let from = 0;
  for (const { index, 1: name = '' } of rest.matchAll(ELEMENT)) {
    // Within one that is gone already.
    if (index < from) continue;
    const end = endOf(rest, name, index);
    if (end === undefined) return undefined;
    kept.push(rest.slice(from, index));
    from = end;
  }
  return kept.join('') + rest.slice(from);
}
