import exifr from 'exifr';

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
  const isPrefixed = Buffer.from(exif.subarray(0, PREFIX.length)).toString('latin1') === PREFIX;
  try {
    const tags: unknown = await exifr.parse(isPrefixed ? exif.subarray(PREFIX.length) : exif, {
      tiff: true,
      exif: true,
      gps: true,
      reviveValues: false,
      translateValues: false,
    });
    return (tags ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
