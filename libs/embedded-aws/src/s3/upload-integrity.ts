import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';

import type { Emulator } from '../emulator.ts';
import { decodeAwsChunked, S3Error } from '../fauxqs.ts';
import { header, s3RequestOf, type S3Request } from './requests.ts';

/**
 * Upstream: checksums are stored and given back, but not verified, and a body that ends early is
 * stored. Here a body is unpacked from aws-chunked and verified before anything else sees it.
 */
export function uploadIntegrity({ app }: Emulator): void {
  app.addHook('preHandler', async (request) => {
    const s3 = s3RequestOf(request);
    if (s3 === undefined || (s3.method !== 'PUT' && s3.method !== 'POST')) return;
    const body = unpack(s3.body, s3.headers);
    request.body = body;
    // CompleteMultipartUpload's checksum headers are about the object, not about this body.
    if (!('uploadId' in s3.query && s3.method === 'POST')) await verify(body, s3.headers);
    if (isWholeObject(s3)) await addChecksum(body, s3.headers);
  });
}

function isWholeObject({ method, key, query, headers }: S3Request): boolean {
  const isObject = method === 'PUT' && key !== '' && !('uploadId' in query);
  return isObject && header(headers, 'x-amz-copy-source') === undefined;
}

/**
 * S3 keeps a checksum of every object, its own CRC64NVME where the client gives none (user guide, "Checking object
 * integrity"), so that readers can verify what they read. Upstream keeps three algorithms only: here it is CRC32.
 */
async function addChecksum(body: Buffer, headers: IncomingHttpHeaders): Promise<void> {
  if (KEPT.some((name) => header(headers, name) !== undefined)) return;
  headers['x-amz-checksum-crc32'] = await CHECKSUMS['x-amz-checksum-crc32']?.digest(body);
}

const KEPT = ['x-amz-checksum-crc32', 'x-amz-checksum-sha1', 'x-amz-checksum-sha256'];

/** Trailing checksums join the headers; fauxqs then sees a plain body. */
function unpack(body: Buffer, headers: IncomingHttpHeaders): Buffer {
  const encodings = (header(headers, 'content-encoding') ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '');
  if (!encodings.includes('aws-chunked')) return body;
  const decoded = decodeAwsChunked(body);
  const declared = header(headers, 'x-amz-decoded-content-length');
  if (declared !== undefined && Number(declared) !== decoded.body.length) {
    throw new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
      400,
    );
  }
  for (const [name, value] of Object.entries(decoded.trailers)) {
    if (name.startsWith('x-amz-checksum-')) headers[name] = value;
  }
  const others = encodings.filter((encoding) => encoding !== 'aws-chunked');
  if (others.length > 0) headers['content-encoding'] = others.join(', ');
  else delete headers['content-encoding'];
  return decoded.body;
}

async function verify(body: Buffer, headers: IncomingHttpHeaders): Promise<void> {
  for (const [name, { title, digest }] of Object.entries(CHECKSUMS)) {
    const declared = header(headers, name);
    if (declared === undefined || declared === (await digest(body))) continue;
    throw new S3Error(
      'BadDigest',
      `The ${title} you specified did not match the calculated checksum.`,
      400,
    );
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

/** By request header (user guide, "Checking object integrity"). */
export const CHECKSUMS: Readonly<Record<string, Checksum>> = {
  'content-md5': hash('Content-MD5', 'md5'),
  'x-amz-checksum-crc32': crc('CRC32', Crc32),
  'x-amz-checksum-crc32c': crc('CRC32C', Crc32c),
  'x-amz-checksum-crc64nvme': crc('CRC64NVME', Crc64Nvme),
  'x-amz-checksum-sha1': hash('SHA1', 'sha1'),
  'x-amz-checksum-sha256': hash('SHA256', 'sha256'),
};
