/**
 * The body format `aws-chunked` (API reference, "Signature calculations for the Authorization
 * header: transferring payload in multiple chunks"). Signatures have to be well-formed, but are
 * not verified: the embedded AWS accepts any credentials.
 */
import { incompleteBody, invalidArgument, malformedTrailer } from './errors.ts';

export interface ChunkedForm {
  /** Form of each chunk's signature; `undefined` for unsigned chunks. */
  readonly signature: RegExp | undefined;
  /** Whether headers, such as a checksum, follow the last chunk. */
  readonly trailer: boolean;
}

export interface ChunkedBody {
  readonly body: Buffer;
  /** By lower-case name. */
  readonly trailers: Readonly<Record<string, string>>;
}

const HMAC = /^[0-9a-f]{64}$/;
/** An ECDSA signature in DER is 70 to 72 bytes; AWS's SDKs pad its hexadecimal form with `*`. */
const ECDSA = /^[0-9a-f]{16,144}\**$/;

/** By the value of `x-amz-content-sha256`. */
const FORMS: Readonly<Record<string, ChunkedForm>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signature: undefined, trailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signature: HMAC, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signature: HMAC, trailer: true },
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD': { signature: ECDSA, trailer: false },
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER': { signature: ECDSA, trailer: true },
};

/**
 * How a body is sent, by its `x-amz-content-sha256`: chunked, or as it is (`undefined`).
 *
 * @throws InvalidArgument for a value that S3 does not define
 */
export function chunkedForm(contentSha256: string): ChunkedForm | undefined {
  if (contentSha256 === 'UNSIGNED-PAYLOAD' || /^[0-9a-f]{64}$/i.test(contentSha256)) {
    return undefined;
  }
  const form = FORMS[contentSha256];
  if (form !== undefined) return form;
  const allowed = ['UNSIGNED-PAYLOAD', ...Object.keys(FORMS)].join(', ');
  throw invalidArgument(
    `x-amz-content-sha256 is ${contentSha256}: it must be ${allowed}, or a valid sha256 value.`,
  );
}

/** A size of up to 8 hexadecimal digits (4 GiB), then extensions. */
const CHUNK_HEAD = /^[0-9a-f]{1,8}(?:;(.*))?\r\n/i;
const SIGNATURE = 'chunk-signature=';
/** Longest line of sizes or trailers that is read, in bytes. */
const MAX_LINE_BYTES = 4096;

/**
 * @throws IncompleteBody for framing that ends early, has more after its end, or is malformed
 * @throws MalformedTrailerError
 */
export function decodeAwsChunked(encoded: Buffer, form: ChunkedForm): ChunkedBody {
  const chunks: Buffer[] = [];
  for (let position = 0; ;) {
    const { size, start } = chunkHead(encoded, position, form);
    if (size === 0)
      return { body: Buffer.concat(chunks), trailers: trailers(encoded, start, form) };
    const end = start + size;
    if (encoded.toString('latin1', end, end + 2) !== '\r\n') {
      throw incompleteBody(`The chunk at byte ${position} does not end after its ${size} bytes.`);
    }
    chunks.push(encoded.subarray(start, end));
    position = end + 2;
  }
}

/** Size of a chunk, and the position of its first byte. */
function chunkHead(encoded: Buffer, position: number, { signature }: ChunkedForm) {
  const head = CHUNK_HEAD.exec(encoded.toString('latin1', position, position + MAX_LINE_BYTES));
  if (head === null) {
    throw incompleteBody(`The body ends, or is not aws-chunked, at byte ${position}.`);
  }
  const [line, extension = ''] = head;
  const isSigned =
    extension.startsWith(SIGNATURE) && signature?.test(extension.slice(SIGNATURE.length));
  if (signature !== undefined && !isSigned) {
    throw incompleteBody(`The chunk at byte ${position} has no valid chunk-signature.`);
  }
  return { size: Number.parseInt(line, 16), start: position + line.length };
}

/** Clients separate trailers by `\r\n`, `\n` or `\n\r\n`; S3 accepts all. */
function trailers(encoded: Buffer, start: number, form: ChunkedForm): Record<string, string> {
  if (encoded.length - start > MAX_LINE_BYTES) {
    throw incompleteBody(`The body goes on after its last chunk, at byte ${start}.`);
  }
  const lines = encoded
    .toString('latin1', start)
    .split(/[\r\n]/)
    .filter((line) => line !== '');
  if (!form.trailer && lines.length > 0) {
    throw incompleteBody(`The body goes on after its last chunk, at byte ${start}.`);
  }
  const pairs = lines.map((line): [string, string] => {
    if (!/^[\w-]+:/.test(line)) throw malformedTrailer('a line has no name');
    const end = line.indexOf(':');
    return [line.slice(0, end).toLowerCase(), line.slice(end + 1).trim()];
  });
  const found = Object.fromEntries(pairs);
  if (form.trailer && form.signature?.test(found['x-amz-trailer-signature'] ?? '') === false) {
    throw malformedTrailer('x-amz-trailer-signature is missing or malformed');
  }
  return found;
}
