import exifr from 'exifr';
import type { Metadata } from 'sharp';

/** Whose picture it is, by EXIF's names for it. */
export interface Rights {
  readonly Artist?: string;
  readonly Copyright?: string;
}

/** What a segment of a JPEG holds at most, bytes. */
const MAX_SEGMENT = 65_533;
const XMP_NAME = 'http://ns.adobe.com/xap/1.0/\0';

function segment(marker: number, content: Buffer): Buffer {
  if (content.length > MAX_SEGMENT) return Buffer.alloc(0);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** As a JPEG without a picture, since exifr reads the blocks from files alone, and not from all that may hold them. */
function asFile({ iptc, xmp }: Metadata): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(xmp ? [segment(0xe1, Buffer.concat([Buffer.from(XMP_NAME), xmp]))] : []),
    ...(iptc ? [segment(0xed, iptc)] : []),
    Buffer.from([0xff, 0xd9]),
  ]);
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

interface Blocks {
  readonly iptc?: Readonly<Record<string, unknown>>;
  readonly dc?: Readonly<Record<string, unknown>>;
}

/**
 * Reads from a header's IPTC and XMP whose picture it is, IPTC first (Metadata Working Group, "Guidelines for handling
 * image metadata", 2.0). Damaged blocks count as none.
 */
export async function readRights(header: Metadata): Promise<Rights> {
  if (!header.iptc && !header.xmp) return {};
  let read: Blocks | undefined;
  try {
    const only = { iptc: true, xmp: true, tiff: false, jfif: false, icc: false, ihdr: false };
    read = (await exifr.parse(asFile(header), { ...only, mergeOutput: false })) as
      Blocks | undefined;
  } catch {
    return {};
  }
  const artist = fromIptc(read?.iptc?.['Byline']) ?? fromXmp(read?.dc?.['creator']);
  const copyright = fromIptc(read?.iptc?.['CopyrightNotice']) ?? fromXmp(read?.dc?.['rights']);
  return {
    ...(artist === undefined ? {} : { Artist: artist }),
    ...(copyright === undefined ? {} : { Copyright: copyright }),
  };
}
