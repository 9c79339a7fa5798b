import { InvalidMessageError } from './errors.ts';

/**
 * The object key that an S3 notification means. S3 writes keys as HTML forms do
 * (application/x-www-form-urlencoded): `+` is a space, then percent-decoding, then UTF-8.
 * Amazon S3 User Guide, "Event message structure".
 *
 * @throws InvalidMessageError when a percent sign is not followed by the hex digits of UTF-8
 */
export function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch (cause) {
    throw new InvalidMessageError('a key that is not URL-encoded UTF-8', { cause });
  }
}

/**
 * A key as S3 writes it in a notification: letters, digits and `.` `-` `*` `_` `/` stand for
 * themselves, a space is `+`, all else is percent-encoded UTF-8. `decodeKey` is its inverse.
 *
 * @throws URIError for a lone surrogate: no UTF-8, so no key
 */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (left) => `%${left.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
