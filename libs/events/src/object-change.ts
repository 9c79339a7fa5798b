import * as z from 'zod';
import { decodeKey } from './decode-key.ts';
import { InvalidMessageError } from './errors.ts';

/**
 * "This key may have changed." Nothing more: kind, version, size and sequencer of an event decide
 * nothing, since whoever handles it looks at the object as it is by then.
 */
export interface ObjectChange {
  readonly bucket: string;
  /** Decoded: 1 to 1,024 bytes of UTF-8. */
  readonly key: string;
}

/** Amazon S3 User Guide, "Naming Amazon S3 objects". */
const MAX_KEY_BYTES = 1024;

/** Amazon S3 User Guide, "General purpose bucket naming rules": old buckets of us-east-1 have up to 255. */
export const bucketName = z.string().min(1).max(255);

/** A key as it is. */
export const plainKey = z.string().check((context) => {
  const message = faultOf(context.value);
  if (message) context.issues.push({ code: 'custom', message, input: context.value });
});

function faultOf(key: string): string | undefined {
  if (key === '') return 'an empty key';
  if (!key.isWellFormed()) return 'a key with a lone surrogate, which is no Unicode';
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) return `a key of ${bytes} bytes, S3 allows ${MAX_KEY_BYTES}`;
  return undefined;
}

/** A key as S3 notifications write it. */
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
