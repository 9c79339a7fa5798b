import { constants, gunzipSync } from 'node:zlib';
import { ImageError } from '../../image-error.ts';

/** Largest drawing after decompression, bytes. */
const MAX_INFLATED = 16 * 1024 * 1024;
/** Characters before the root element that are looked at. */
const MAX_PROLOG = 1024 * 1024;

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The encoding of a text by its byte order mark, or by the zeros of its first characters (XML 1.0, appendix F). */
function encodingOf([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-8' {
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  return 'utf-8';
}

/**
 * The start of a text in UTF-8 or UTF-16, without its byte order mark; `undefined` if the bytes are not text.
 */
export function startOfText(source: Uint8Array): string | undefined {
  const start = source.subarray(0, 2 * MAX_PROLOG);
  const text = new TextDecoder(encodingOf(start)).decode(start);
  // Text contains no control characters other than tab, line feed, form feed and carriage return.
  return /[\u0000-\u0008\u000e-\u001f]/.test(text.slice(0, 1024)) ? undefined : text;
}

/** Compressed bytes that show what a gzip file contains; deflate makes at most 1,032 times as much of them. */
const HEAD = 4096;

/** The first bytes of a gzip file's content; `undefined` for other data, and for damaged files. */
export function startOfGzip(source: Uint8Array): Uint8Array | undefined {
  if (!isGzip(source)) return undefined;
  try {
    return gunzipSync(source.subarray(0, HEAD), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

function inflated(source: Uint8Array): Uint8Array {
  try {
    return gunzipSync(source, { maxOutputLength: MAX_INFLATED });
  } catch (cause) {
    if (cause instanceof RangeError) {
      const message = `the drawing has more than ${MAX_INFLATED / 1024 ** 2} MiB after decompression, which is the limit`;
      throw new ImageError('TOO_LARGE', message, { cause });
    }
    throw new ImageError('CORRUPT_IMAGE', 'the compressed drawing is damaged', { cause });
  }
}

/**
 * A drawing as the decoder needs it: not compressed, in UTF-8. libvips does not recognise UTF-16. Returns other data
 * unchanged.
 * @throws ImageError `TOO_LARGE` or `CORRUPT_IMAGE` of a compressed drawing
 */
export function plainDrawing(source: Uint8Array): Uint8Array {
  const content = isGzip(source) ? inflated(source) : source;
  const encoding = encodingOf(content);
  if (encoding === 'utf-8') return content;
  const text = new TextDecoder(encoding).decode(content);
  return Buffer.from(text.replace(/^(<\?xml\s[^>]*?)\sencoding\s*=\s*("[^"]*"|'[^']*')/, '$1'));
}
