import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { limitsSchema } from '../contract/limits.ts';
import { codingOf, decodeBody, decodingMemory } from './content-encoding.ts';

const MIB = 1024 * 1024;
const limits = limitsSchema.parse({ bytes: 1_000_000 });
const decode = async (stored: Uint8Array, coding: 'gzip' | 'deflate' | 'br', capacity = 1024) =>
  Buffer.from(await decodeBody(stored, coding, limits, capacity));

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['base64, utf-8', undefined],
  [' X-GZIP ', 'gzip'],
  ['aws-chunked,br', 'br'],
])('Content-Encoding %j is %j', (header, coding) => {
  expect(codingOf(header)).toBe(coding);
});

test.each(['gzip, zstd', 'zstd, gzip', 'gzip, deflate', 'exi'])(
  'Content-Encoding "%s" is not supported',
  (header) => {
    expect(() => codingOf(header)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
  },
);

test('reading takes the stored bytes, and twice the largest decoded ones, if there is as much', () => {
  const large = { ...limits, bytes: 3 * MIB };
  expect(decodingMemory(2 * MIB, large, 1024)).toBe(8);
  expect(decodingMemory(2 * MIB, large, 7)).toBe(7);
});

describe('a body is decoded', () => {
  test('up to the limit of bytes', async () => {
    expect(await decode(gzipSync(Buffer.alloc(1_000_000)), 'gzip')).toHaveLength(1_000_000);
    await expect(decode(gzipSync(Buffer.alloc(1_000_001)), 'gzip')).rejects.toMatchObject({
      ...{ code: 'TOO_LARGE', retryable: false },
    });
  });

  test('up to the memory that is left beside the stored bytes', async () => {
    const stored = gzipSync(Buffer.alloc(500_000));
    const enough = (stored.byteLength + 2 * 500_000) / MIB;
    expect(await decode(stored, 'gzip', enough)).toHaveLength(500_000);
    await expect(decode(stored, 'gzip', enough - 2 / MIB)).rejects.toMatchObject({
      ...{ code: 'TOO_LARGE', retryable: true },
    });
  });

  test.each([
    ['zlib', deflateSync(Buffer.from('A'))],
    ['no header', deflateRawSync(Buffer.from('A'))],
    // The low bits of its first byte are those of zlib, which are padding here.
    ['the bits of a header', Buffer.from([8, 1, 0, 0xfe, 0xff, 65, 1, 0, 0, 0xff, 0xff])],
  ])('from deflate with %s', async (_what, stored) => {
    expect((await decode(stored, 'deflate')).toString()).toBe('A');
  });

  test('from deflate whose first bytes have the check sum of a header', async () => {
    const content = 'x'.repeat(23);
    const stored = deflateRawSync(content, { level: 0 });
    expect(stored.readUInt16BE(0) % 31).toBe(0);
    expect((await decode(stored, 'deflate')).toString()).toBe(content);
  });

  test('to bytes that begin like half of a gzip header', async () => {
    for (const content of [
      [0x1f, 0],
      [0, 0x8b],
    ])
      expect([...(await decode(brotliCompressSync(Buffer.from(content)), 'br'))]).toEqual(content);
  });
});

describe('a body that cannot be decoded', () => {
  const plain = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]);

  test.each(['gzip', 'deflate', 'br'] as const)(
    'is taken as it is if the client did not encode it: %s',
    async (coding) => {
      expect(await decode(plain, coding)).toEqual(plain);
    },
  );

  test.each([[[0x1f, 0, 1, 2]], [[0, 0x8b, 1, 2]]])(
    'is taken as it is if it begins like half of a gzip header: %j',
    async (bytes) => {
      expect([...(await decode(Buffer.from(bytes), 'gzip'))]).toEqual(bytes);
    },
  );

  test('is taken as it is if it is of another coding than the client says', async () => {
    const zipped = gzipSync('A');
    expect(await decode(zipped, 'br')).toEqual(zipped);
  });

  test.each([
    ['ends in its header', gzipSync('A').subarray(0, 10), 'gzip'],
    ['ends after some bytes', gzipSync(Buffer.alloc(200_000, 'ab')).subarray(0, -8), 'gzip'],
    ['ends after some bytes', deflateSync(Buffer.alloc(200_000, 'ab')).subarray(0, -4), 'deflate'],
  ] as const)('is corrupt if it %s', async (_what, stored, coding) => {
    await expect(decode(stored, coding)).rejects.toMatchObject({
      code: 'CORRUPT_IMAGE',
      cause: expect.objectContaining({ code: 'Z_BUF_ERROR' }) as object,
    });
  });
});
