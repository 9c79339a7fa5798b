import type { Metadata } from 'sharp';

/** Author and rights, with the names of the EXIF tags. */
interface Rights {
  readonly Artist?: string;
  readonly Copyright?: string;
}

/** exifr decodes IPTC as Latin-1. Text that is valid UTF-8 is nearly always meant as UTF-8. */
function fromIptc(value: unknown): string | undefined {
  const names = [value].flat().filter((name) => typeof name === 'string');
  const text = names.join('; ');
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('utf8').includes('\uFFFD') ? text : bytes.toString('utf8') || undefined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Replaces XML's own entities, which exifr leaves as they are (XML 1.0, 4.1 and 4.6). */
export function unescaped(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi,
    (all, decimal, hex, name) => {
      if (name) return ENTITIES[name as string] ?? all;
      const code = hex ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code <= 0x10_ffff ? String.fromCodePoint(code).toWellFormed() : all;
    },
  );
}

/** A text, a text in a language, or a list of them. */
function fromXmp(value: unknown): string | undefined {
  if (typeof value === 'string') return unescaped(value) || undefined;
  if (Array.isArray(value))
    return value.flatMap((one) => fromXmp(one) ?? []).join('; ') || undefined;
  if (typeof value !== 'object' || value === null || !('value' in value)) return undefined;
  return fromXmp(value.value);
}

/**
 * Reads author and rights from a header's IPTC and XMP blocks, IPTC first (Metadata Working Group, "Guidelines for
 * handling image metadata", 2.0). Damaged blocks count as empty.
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

/** Maximum content of a JPEG segment, bytes. */
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

/** Wraps the blocks in a JPEG without a picture: exifr reads them only from files, and not from every format. */
function asFile({ iptc, xmp }: GivenBlocks): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(xmp ? [segment(0xe1, Buffer.concat([Buffer.from(XMP_NAME), xmp]))] : []),
    ...(iptc ? [segment(0xed, iptc)] : []),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Reads IPTC and XMP. Damaged blocks count as empty. */
export async function readBlocks(given: GivenBlocks): Promise<Blocks> {
  const only = { iptc: true, xmp: true, tiff: false, jfif: false, icc: false, ihdr: false };
  const { default: exifr } = await import('exifr');
  try {
    const read: unknown = await exifr.parse(asFile(given), { ...only, mergeOutput: false });
    return (read ?? {}) as Blocks;
  } catch {
    return {};
  }
}
