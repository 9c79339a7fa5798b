/**
 * A key as S3 writes it in events and, on request, in listings: form URL encoding with `/` kept
 * (user guide, "Event message structure": `red flower.jpg` becomes `red+flower.jpg`).
 */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

/** Letters, digits and the user guide's "Safe characters", a space as `+`, the rest as `%XX`. */
const ENCODED = /^(?:[A-Za-z0-9/!_.*'()+-]|%[0-9A-Fa-f]{2})*$/;

/**
 * The plain text of an encoded key or notification filter; `undefined` if it contains characters
 * that have to be encoded, or bytes that are not UTF-8.
 */
export function decodeKey(encoded: string): string | undefined {
  if (!ENCODED.test(encoded)) return undefined;
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * S3 lists "in UTF-8 binary order" (ListObjectsV2). JavaScript compares UTF-16 code units. The
 * difference: surrogates (code points from U+10000) must come after U+E000 to U+FFFF.
 */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}
