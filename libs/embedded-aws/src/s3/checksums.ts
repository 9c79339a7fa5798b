import { createHash } from 'node:crypto';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';

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
