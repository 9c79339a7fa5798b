import { EXIF_TAGS, type ExifTag } from '../builtin/metadata.ts';
import type { Metadata } from 'sharp';
import { readExif } from './read-exif.ts';
import { readRights } from './read-rights.ts';

/** As sharp's `withExif` takes it: texts by directory and tag. */
export type ExifTexts = Record<'IFD0' | 'IFD2' | 'IFD3', Record<string, string>>;

/** Fractions of a unit that a number is written in. */
const DENOMINATOR = 1_000_000;

function rational(value: number): string {
  return Number.isInteger(value)
    ? `${value}/1`
    : `${Math.round(value * DENOMINATOR)}/${DENOMINATOR}`;
}

/** Damaged EXIF divides by zero. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replaceAll('\0', '').trim() || undefined;
  if (isNumber(value)) return rational(value);
  if (Array.isArray(value) && value.length > 0 && value.every(isNumber)) {
    return value.map(rational).join(' ');
  }
  // GPSAltitudeRef is one byte.
  if (value instanceof Uint8Array && value.length > 0) return [...value].join(' ');
  return undefined;
}

/** exifr's name for a tag where it differs from the standard's. */
const ALIAS: Partial<Record<ExifTag, string>> = { DateTime: 'ModifyDate' };

/** Tags whose meaning other blocks may have where EXIF has not. */
const RIGHTS: readonly ExifTag[] = ['Artist', 'Copyright'];

/** Takes the tags that a variant keeps out of the upload's EXIF block, and whose picture it is out of any block. */
export async function exifToKeep(
  header: Metadata | undefined,
  tags: readonly ExifTag[],
): Promise<ExifTexts | undefined> {
  if (tags.length === 0) return undefined;
  const read = await readExif(header?.exif);
  const isMissing = RIGHTS.some((tag) => tags.includes(tag) && text(read[tag]) === undefined);
  const rights: Readonly<Record<string, unknown>> = {
    ...(header && isMissing ? await readRights(header) : {}),
  };
  const kept: ExifTexts = { IFD0: {}, IFD2: {}, IFD3: {} };
  for (const tag of tags) {
    const value = text(read[ALIAS[tag] ?? tag]) ?? text(rights[tag]);
    if (value !== undefined) kept[EXIF_TAGS[tag]][tag] = value;
  }
  return kept;
}
