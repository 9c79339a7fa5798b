import exifr from 'exifr';
import { honestExif } from './honest-exif.ts';

/** What an EXIF block in JPEG, WebP and AVIF starts with before its TIFF header (CIPA DC-008, 4.7.2). */
const PREFIX = 'Exif\0\0';

/**
 * Reads the tags of an EXIF block as they stand there: texts, numbers and lists of numbers. Damaged EXIF is no reason
 * to refuse a picture, and counts as none.
 */
export async function readExif(
  exif: Uint8Array | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (!exif) return {};
  const block = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  const isPrefixed = block.toString('latin1', 0, PREFIX.length) === PREFIX;
  try {
    const tags: unknown = await exifr.parse(
      honestExif(isPrefixed ? block.subarray(PREFIX.length) : block),
      {
        tiff: true,
        exif: true,
        gps: true,
        reviveValues: false,
        translateValues: false,
      },
    );
    return (tags ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
