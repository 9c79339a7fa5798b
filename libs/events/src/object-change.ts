import * as z from 'zod';
import { InvalidMessageError } from './invalid-message.ts';

/**
 * "This key may have changed." The kind, version, size and sequencer of an event are omitted: the
 * function always reads the current object.
 */
export interface ObjectChange {
  readonly bucket: string;
  /** Decoded: 1 to 1,024 bytes of UTF-8. */
  readonly key: string;
}

/**
 * Decodes an object key of an S3 notification. S3 encodes keys as `application/x-www-form-urlencoded`:
 * `+` is a space, other characters are percent-encoded UTF-8. Amazon S3 User Guide, "Event message
 * structure".
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
 * Encodes a key as S3 does in a notification: letters, digits and `.` `-` `*` `_` `/` stay unchanged,
 * a space becomes `+`, everything else becomes percent-encoded UTF-8. `decodeKey` is its inverse.
 *
 * @throws URIError for a lone surrogate, which UTF-8 cannot encode
 */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (left) => `%${left.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

/** Amazon S3 User Guide, "Naming Amazon S3 objects". */
const MAX_KEY_BYTES = 1024;

/** Amazon S3 User Guide, "General purpose bucket naming rules": old buckets of us-east-1 have up to 255. */
export const bucketName = z.string().min(1).max(255);

/** A key that is not URL-encoded. */
export const plainKey = z.string().check((context) => {
  const message = faultOf(context.value);
  if (message) context.issues.push({ code: 'custom', message, input: context.value });
});

function faultOf(key: string): string | undefined {
  if (key === '') return 'an empty key';
  if (!key.isWellFormed()) return 'a key with a lone surrogate, which is not valid Unicode';
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) return `a key of ${bytes} bytes, S3 allows ${MAX_KEY_BYTES}`;
  return undefined;
}

/** A URL-encoded key of an S3 notification. */
export const encodedKey = z
  .string()
  .transform((encoded, context) => {
    try {
      return decodeKey(encoded);
    } catch (error) {
      if (!(error instanceof InvalidMessageError)) throw error;
      context.issues.push({ code: 'custom', message: error.reason, input: encoded });
      return z.NEVER;
    }
  })
  .pipe(plainKey);
