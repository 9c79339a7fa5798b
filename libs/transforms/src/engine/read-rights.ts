import type { Metadata } from 'sharp';
import { readBlocks } from './read-blocks.ts';

/** Whose picture it is, by EXIF's names for it. */
export interface Rights {
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
