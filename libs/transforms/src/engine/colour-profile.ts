import icc from 'icc';
import type { SourceCoding } from '../types.ts';

/** Names of profiles whose pixels are sRGB already, as Adobe, HP, Google, Apple and the ICC write them. */
const SRGB = /^(sRGB|c2|GIMP built-in sRGB|nARGB|IEC 61966-2\.1)\b(?!.*(linear|scRGB|e-sRGB))/i;

/** Whether an embedded profile needs a conversion; one that cannot be read counts as one that does. */
export function profileKind(profile: Buffer | undefined): SourceCoding['profile'] {
  if (!profile) return 'none';
  try {
    const { description = '', colorSpace } = icc.parse(profile);
    return colorSpace?.trim() === 'RGB' && SRGB.test(description.trim()) ? 'srgb' : 'other';
  } catch {
    return 'other';
  }
}
