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
 * The plain text of an encoded key or notification filter, or `undefined` when it holds
 * characters that should have been encoded, or bytes that are no UTF-8.
 */
export function decodeKey(encoded: string): string | undefined {
  if (!ENCODED.test(encoded)) return undefined;
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
