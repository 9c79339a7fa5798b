/** For an upload that is not a usable image, the manifest gives the reason in words for the uploader. */
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
});

afterAll(async () => {
  await running.stop();
});

/** Only the header declares this size. The file does not contain so many pixels. */
async function png(width: number, height: number): Promise<Buffer> {
  const file = await picture({ format: 'png' });
  // Signature (8 bytes), length (4), then the chunk IHDR: its name, width, height, 5 more bytes, CRC (PNG, 5.3).
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

describe('is rejected without a dead letter:', () => {
  const cases: [string, string, string, () => Promise<Buffer | string>][] = [
    [
      'a text file named .jpg',
      'text.jpg',
      'UNSUPPORTED_FORMAT',
      () => Promise.resolve('Dear diary'),
    ],
    ['a PDF', 'paper.pdf', 'UNSUPPORTED_FORMAT', () => Promise.resolve('%PDF-1.7\n%âãÏÓ\n')],
    [
      'an SVG',
      'drawing.svg',
      'UNSUPPORTED_FORMAT',
      () => Promise.resolve('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
    [
      'a truncated JPEG',
      'half.jpg',
      'CORRUPT_IMAGE',
      async () => half(await picture({ width: 400, height: 300 })),
    ],
    [
      'a truncated PNG',
      'half.png',
      'CORRUPT_IMAGE',
      async () => half(await picture({ width: 400, height: 300, format: 'png' })),
    ],
    [
      'the first bytes of a JPEG',
      'start.jpg',
      'CORRUPT_IMAGE',
      async () => (await picture()).subarray(0, 20),
    ],
    ['a zero-byte object', 'empty.jpg', 'CORRUPT_IMAGE', () => Promise.resolve('')],
    ['a picture of too many pixels', 'bomb.png', 'TOO_LARGE', () => png(30_000, 30_000)],
    ['a picture that is too long', 'ribbon.png', 'TOO_LARGE', () => png(70_000, 1)],
  ];

  test.each(cases)('%s', async (_what, name, code, body) => {
    const key = `uploads/${name}`;
    const manifest = await client.uploadAndWait(key, await body());
    expect(manifest).toMatchObject({
      status: 'rejected',
      outputs: [],
      error: { code, message: expect.stringMatching(/\w/), retryable: false },
    });
    expect([...(await client.outputsOf(key)).keys()]).toEqual([`${key}/manifest.json`]);
  });

  test('accepts an image with the extension of another format', async () => {
    const manifest = await client.uploadAndWait(
      'uploads/really-a-png.jpg',
      await picture({ format: 'png' }),
    );
    expect(manifest).toMatchObject({ status: 'done', source: { format: 'png' } });
  });

  test('the dead-letter queue is empty', async () => {
    await client.untilIdle();
    const deadLetters = new DeadLetters(client);
    expect(await deadLetters.all()).toEqual([]);
  });
});

test('a good picture in place of a bad one, and a bad one in place of a good one', async () => {
  const key = 'uploads/second-thoughts.jpg';
  expect((await client.uploadAndWait(key, 'not yet')).status).toBe('rejected');
  expect((await client.uploadAndWait(key, await picture())).status).toBe('done');
  expect((await client.outputsOf(key)).size).toBe(8);
  expect((await client.uploadAndWait(key, half(await picture()))).status).toBe('rejected');
  await client.untilIdle();
  expect((await client.outputsOf(key)).size).toBe(1);
});

test('the processed bucket contains exactly the outputs of all uploads', async () => {
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
});

function half(file: Buffer): Buffer {
  return file.subarray(0, Math.floor(file.length / 2));
}
