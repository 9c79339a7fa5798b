import { EXIF_TAGS, type ExifTag } from '../builtin/metadata.ts';
import { readExif } from './read-exif.ts';

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

/** exifr's name for a tag where it differs from the standard's. */
const ALIAS: Partial<Record<ExifTag, string>> = { DateTime: 'ModifyDate' };

/** Takes the tags that a variant keeps out of the upload's EXIF block. */
export async function exifToKeep(
  exif: Uint8Array | undefined,
  tags: readonly ExifTag[],
): Promise<ExifTexts | undefined> {
  if (tags.length === 0) return undefined;
  const read = await readExif(exif);
  const kept: ExifTexts = { IFD0: {}, IFD2: {}, IFD3: {} };
  for (const tag of tags) {
    const value = text(read[ALIAS[tag] ?? tag]);
    if (value !== undefined) kept[EXIF_TAGS[tag]][tag] = value;
  }
  return kept;
}
