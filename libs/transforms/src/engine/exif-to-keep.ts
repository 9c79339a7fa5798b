import exifr from 'exifr';
import { EXIF_TAGS, type ExifTag, type KeptMetadata } from '../builtin/metadata.ts';

/** As sharp's `withExif` takes it: texts by directory and tag. */
export type ExifTexts = Record<'IFD0' | 'IFD2' | 'IFD3', Record<string, string>>;

/** Fractions of a unit that a number is written in. */
const DENOMINATOR = 1_000_000;

function rational(value: number): string {
  return Number.isInteger(value)
    ? `${value}/1`
    : `${Math.round(value * DENOMINATOR)}/${DENOMINATOR}`;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replaceAll('\0', '').trim() || undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return rational(value);
  if (Array.isArray(value) && value.every((part) => typeof part === 'number')) {
    return value.map(rational).join(' ');
  }
  // GPSAltitudeRef is one byte.
  if (value instanceof Uint8Array) return [...value].join(' ');
  return undefined;
}

/** Reads the tags that a variant keeps. Damaged EXIF counts as none. */
export async function exifToKeep(
  source: Uint8Array,
  tags: readonly ExifTag[],
): Promise<ExifTexts | undefined> {
  if (tags.length === 0) return undefined;
  let read: Record<string, unknown>;
  try {
    read = ((await exifr.parse(source, {
      tiff: true,
      exif: true,
      gps: true,
      reviveValues: false,
      translateValues: false,
    })) ?? {}) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  // exifr's names for two tags differ from the standard's.
  const alias: Partial<Record<ExifTag, string>> = { DateTime: 'ModifyDate' };
  const kept: ExifTexts = { IFD0: {}, IFD2: {}, IFD3: {} };
  for (const tag of tags) {
    const value = text(read[alias[tag] ?? tag]);
    if (value !== undefined) kept[EXIF_TAGS[tag]][tag] = value;
  }
  return kept;
}

/** Reads the XMP packet that a variant keeps. */
export async function xmpToKeep(
  image: { metadata(): Promise<{ xmpAsString?: string }> },
  { xmp }: KeptMetadata,
): Promise<string | undefined> {
  if (!xmp) return undefined;
  return (await image.metadata()).xmpAsString;
}
