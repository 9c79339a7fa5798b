import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type Zlib,
} from 'node:zlib';
import type { Transform } from 'node:stream';
import { PipelineError } from '../contract/codes.ts';
import type { Limits } from '../contract/limits.ts';
import { checkMemory, readingMemory } from '../memory.ts';

type Coding = 'gzip' | 'deflate' | 'br';

const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
};
/** Codings of HTTP that are not decoded (https://www.iana.org/assignments/http-parameters). */
const UNSUPPORTED = new Set([
  'zstd',
  'compress',
  'x-compress',
  'dcb',
  'dcz',
  'exi',
  'pack200-gzip',
]);

const MIB = 1024 * 1024;
const number = new Intl.NumberFormat('en');

/**
 * The coding of an object's bytes by its `Content-Encoding`. Ignores `aws-chunked`, which some clients leave behind, and
 * values that are not content codings, such as `base64` and `utf-8`: their bytes are usually the image itself.
 * @returns nothing if the bytes are not encoded
 * @throws PipelineError `UNSUPPORTED_FORMAT` for nested and for other codings
 */
export function codingOf(contentEncoding: string | undefined): Coding | undefined {
  const named = (contentEncoding ?? '').split(',').map((name) => name.trim().toLowerCase());
  const isOther = named.some((name) => UNSUPPORTED.has(name));
  const [coding, ...more] = named.flatMap((name) => CODINGS[name] ?? []);
  if (!isOther && more.length === 0) return coding;
  throw new PipelineError(
    'UNSUPPORTED_FORMAT',
    `Content-Encoding "${contentEncoding}": expected one of gzip, deflate, br, not nested; ` +
      'upload the image without Content-Encoding',
  );
}

/** MiB while an encoded object is read and decoded, at most the capacity. */
export function decodingMemory(storedBytes: number, limits: Limits, capacity: number): number {
  return Math.min(capacity, storedBytes / MIB + readingMemory(limits.bytes));
}

/**
 * Decodes a body. Stops at `limits.bytes`, or at the size for which there is memory.
 * @param capacity MiB for the stored and the decoded bytes
 * @throws PipelineError `TOO_LARGE`, `CORRUPT_IMAGE` or `UNSUPPORTED_FORMAT` for a second coding inside the first
 */
export async function decodeBody(
  stored: Uint8Array,
  coding: Coding,
  limits: Limits,
  capacity: number,
): Promise<Uint8Array> {
  const available = Math.floor((capacity * MIB - stored.byteLength) / 2);
  const maxBytes = Math.min(limits.bytes, available);
  const chunks: Buffer[] = [];
  let length = 0;
  const decoder = createDecoder(coding, stored);
  decoder.end(stored);
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > maxBytes) throw tooLarge(coding, limits, stored.byteLength, capacity);
    }
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    // Some clients set the header on bytes that they do not encode.
    if (length === 0 && !(coding === 'gzip' && isGzip(stored))) return stored;
    const message = `The bytes are not valid ${coding}, which their Content-Encoding names: they are damaged or end early`;
    throw new PipelineError('CORRUPT_IMAGE', message, { cause });
  }
  const decoded = Buffer.concat(chunks);
  if (isGzip(decoded))
    throw new PipelineError(
      'UNSUPPORTED_FORMAT',
      `The bytes are gzip inside of their Content-Encoding ${coding}: nested encodings are not decoded`,
    );
  return decoded;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function createDecoder(coding: Coding, stored: Uint8Array): Transform & Zlib {
  switch (coding) {
    case 'gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      // With a zlib header (RFC 1950), as HTTP requires, or without one, as some clients write it.
      return hasZlibHeader(stored) ? createInflate() : createInflateRaw();
  }
}

function hasZlibHeader([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

function tooLarge(
  coding: Coding,
  limits: Limits,
  storedBytes: number,
  capacity: number,
): PipelineError {
  const needed = storedBytes / MIB + readingMemory(limits.bytes);
  const byMemory = checkMemory(needed, capacity);
  if (byMemory) return byMemory;
  const limit = number.format(limits.bytes);
  const stored = number.format(storedBytes);
  return new PipelineError(
    'TOO_LARGE',
    `bytes: more than ${limit} after decoding ${stored} bytes of ${coding}, the limit is ${limit}`,
  );
}
