import icc from 'icc';
import type { SourceCoding } from '../../image-engine.ts';

/** Names of sRGB profiles as Adobe, HP, Google, Apple and the ICC write them. */
const SRGB = /^(sRGB|c2|GIMP built-in sRGB|nARGB|IEC 61966-2\.1)\b(?!.*(linear|scRGB|e-sRGB))/i;

/** Generous limits: the largest known sRGB profile, the ICC's "preference" profile, has 60,960 bytes and 16 tags. */
const MAX_SRGB_BYTES = 64 * 1024;
const MAX_SRGB_TAGS = 64;

/** Bytes before the tag table, including the tag count, and bytes per entry (ICC.1:2022, 7.2 and 7.3). */
const HEADER = 132;
const ENTRY = 12;

/** Data colour spaces of the supported pixels (ICC.1:2022, table 19). */
const SPACES: Readonly<Record<SourceCoding['space'], string>> = {
  rgb: 'RGB ',
  grey: 'GRAY',
  cmyk: 'CMYK',
};
/** Input, display, output and colour space profiles. Other classes do not describe pixels (ICC.1:2022, table 18). */
const CLASSES = ['scnr', 'mntr', 'prtr', 'spac'];

/** Whether encoders accept the profile for these pixels. The checks are those of libpng (`png.c`, 1.6). */
function isSound(profile: Buffer, space: SourceCoding['space']): boolean {
  if (profile.length < HEADER || profile.readUInt32BE(0) !== profile.length) return false;
  const textAt = (at: number) => profile.toString('latin1', at, at + 4);
  const tags = profile.readUInt32BE(HEADER - 4);
  if (HEADER + ENTRY * tags > profile.length) return false;
  for (let at = HEADER; at < HEADER + ENTRY * tags; at += ENTRY) {
    if (profile.readUInt32BE(at + 4) + profile.readUInt32BE(at + 8) > profile.length) return false;
  }
  return (
    textAt(36) === 'acsp' &&
    textAt(16) === SPACES[space] &&
    CLASSES.includes(textAt(12)) &&
    ['XYZ ', 'Lab '].includes(textAt(20)) &&
    profile.readUInt32BE(64) <= 3 &&
    (profile.length % 4 === 0 || profile.readUInt8(8) <= 3)
  );
}

function isSrgb(profile: Buffer): boolean {
  // `icc` reads a text once per tag that refers to it: a large profile could take minutes.
  const tags = profile.readUInt32BE(HEADER - 4);
  if (profile.length > MAX_SRGB_BYTES || tags > MAX_SRGB_TAGS) return false;
  try {
    const { description = '', colorSpace } = icc.parse(profile);
    return colorSpace?.trim() === 'RGB' && SRGB.test(description.trim());
  } catch {
    return false;
  }
}

/** Classifies an embedded profile. Damaged profiles and profiles of another colour space count as `none`. */
export function profileKind(
  profile: Buffer | undefined,
  space: SourceCoding['space'],
): SourceCoding['profile'] {
  if (!profile || !isSound(profile, space)) return 'none';
  return isSrgb(profile) ? 'srgb' : 'other';
}
