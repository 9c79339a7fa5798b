import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { Emulator } from '../emulator.ts';
import { chunkedForm, decodeAwsChunked, type ChunkedForm } from './aws-chunked.ts';
import {
  badDigest,
  contentSha256Mismatch,
  incompleteBody,
  invalidArgument,
  malformedTrailer,
  missingDecodedLength,
} from './errors.ts';
import { header, s3RequestOf, type S3Request } from './requests.ts';

/**
 * Upstream: bodies are decoded by `Content-Encoding` alone, malformed framing and bodies that
 * end early are stored, and checksums are stored unverified. Here `x-amz-content-sha256` decides,
 * and a body is decoded and verified before any other hook sees it.
 */
export function uploadIntegrity({ app }: Emulator): void {
  app.addHook('preHandler', async (request) => {
    const s3 = s3RequestOf(request);
    if (s3 === undefined || (s3.method !== 'PUT' && s3.method !== 'POST')) return;
    const body = decode(s3.body, s3.headers);
    request.body = body;
    // The checksum headers of CompleteMultipartUpload describe the object, not this body.
    if (!('uploadId' in s3.query && s3.method === 'POST')) await verify(body, s3.headers);
    if (isWholeObject(s3)) await addChecksum(body, s3.headers);
  });
}

/** The bytes that the client sends. Trailing checksums join the headers. */
function decode(body: Buffer, headers: IncomingHttpHeaders): Buffer {
  const form = formOf(headers);
  if (form === undefined) {
    verifySha256(body, header(headers, 'x-amz-content-sha256'));
    return body;
  }
  const decoded = decodeAwsChunked(body, form);
  const declared = header(headers, 'x-amz-decoded-content-length');
  if (declared === undefined) throw missingDecodedLength();
  if (declared !== String(decoded.body.length)) {
    throw incompleteBody(
      `x-amz-decoded-content-length is ${declared}, but the body holds ${decoded.body.length} bytes.`,
    );
  }
  addTrailers(headers, decoded.trailers);
  removeAwsChunked(headers);
  return decoded.body;
}

/** Unsigned clients may send chunks without `x-amz-content-sha256`. */
function formOf(headers: IncomingHttpHeaders): ChunkedForm | undefined {
  const contentSha256 = header(headers, 'x-amz-content-sha256');
  if (contentSha256 !== undefined) return chunkedForm(contentSha256);
  const isChunked =
    encodings(headers).includes('aws-chunked') && 'x-amz-decoded-content-length' in headers;
  return isChunked ? chunkedForm('STREAMING-UNSIGNED-PAYLOAD-TRAILER') : undefined;
}

function verifySha256(body: Buffer, declared: string | undefined): void {
  if (declared === undefined || declared === 'UNSIGNED-PAYLOAD') return;
  const computed = createHash('sha256').update(body).digest('hex');
  if (computed !== declared.toLowerCase()) throw contentSha256Mismatch(declared, computed);
}

/** Every header that `x-amz-trailer` announces has to arrive, and only those. */
function addTrailers(headers: IncomingHttpHeaders, found: Readonly<Record<string, string>>): void {
  const announced = list(header(headers, 'x-amz-trailer')).map((name) => name.toLowerCase());
  const missing = announced.find((name) => found[name] === undefined);
  if (missing !== undefined) throw malformedTrailer(`${missing} is announced, but missing`);
  for (const [name, value] of Object.entries(found)) {
    if (name === 'x-amz-trailer-signature') continue;
    if (!announced.includes(name)) throw malformedTrailer(`${name} is not announced`);
    if (name.startsWith('x-amz-checksum-') && CHECKSUMS[name] === undefined) {
      throw invalidArgument(`${name} is not a checksum that S3 defines.`);
    }
    headers[name] = value;
  }
}

/** S3 stores the remaining encodings ("Content-Encoding: aws-chunked,gzip" becomes "gzip"). */
function removeAwsChunked(headers: IncomingHttpHeaders): void {
  const others = encodings(headers).filter((encoding) => encoding !== 'aws-chunked');
  if (others.length > 0) headers['content-encoding'] = others.join(',');
  else delete headers['content-encoding'];
}

function encodings(headers: IncomingHttpHeaders): string[] {
  return list(header(headers, 'content-encoding'));
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isWholeObject({ method, key, query, headers }: S3Request): boolean {
  const isObject = method === 'PUT' && key !== '' && !('uploadId' in query);
  return isObject && header(headers, 'x-amz-copy-source') === undefined;
}

/**
 * S3 keeps a checksum of every object, its own CRC64NVME if the client sends none (user guide,
 * "Checking object integrity"). Upstream keeps three algorithms: here the added one is CRC32.
 */
async function addChecksum(body: Buffer, headers: IncomingHttpHeaders): Promise<void> {
  if (KEPT.some((name) => header(headers, name) !== undefined)) return;
  headers['x-amz-checksum-crc32'] = await CRC32.digest(body);
}

const KEPT = ['x-amz-checksum-crc32', 'x-amz-checksum-sha1', 'x-amz-checksum-sha256'];

/** @throws BadDigest if a checksum of the headers is not that of the body */
export async function verify(
  body: Buffer,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Promise<void> {
  for (const [name, { title, digest }] of Object.entries(CHECKSUMS)) {
    const declared = header(headers, name);
    if (declared !== undefined && declared !== (await digest(body))) throw badDigest(title);
  }
}

interface Checksum {
  readonly title: string;
  /** In base64, as in the header. */
  readonly digest: (body: Buffer) => string | Promise<string>;
}

function hash(title: string, algorithm: 'md5' | 'sha1' | 'sha256'): Checksum {
  return { title, digest: (body) => createHash(algorithm).update(body).digest('base64') };
}

function crc(title: string, Algorithm: typeof Crc32 | typeof Crc32c | typeof Crc64Nvme): Checksum {
  return {
    title,
    digest: async (body) => {
      const checksum = new Algorithm();
      checksum.update(body);
      return Buffer.from(await checksum.digest()).toString('base64');
    },
  };
}

export const CRC32 = crc('CRC32', Crc32);

/** By request header (user guide, "Checking object integrity"). */
export const CHECKSUMS: Readonly<Record<string, Checksum>> = {
  'content-md5': hash('Content-MD5', 'md5'),
  'x-amz-checksum-crc32': CRC32,
  'x-amz-checksum-crc32c': crc('CRC32C', Crc32c),
  'x-amz-checksum-crc64nvme': crc('CRC64NVME', Crc64Nvme),
  'x-amz-checksum-sha1': hash('SHA1', 'sha1'),
  'x-amz-checksum-sha256': hash('SHA256', 'sha256'),
};
