import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sample } from '../../testing/samples.ts';
import { pngChunk } from '../../testing/structure/png.ts';
import { withoutCompressedText } from './png-compressed-text.ts';

const picture = await sample({ width: 9, height: 9, format: 'png' });
/** Signature and header; text chunks may follow. */
const HEADER = 33;

const chunk = (type: string, start: string) =>
  pngChunk(type, Buffer.concat([Buffer.from(start, 'latin1'), deflateSync('x'.repeat(999))]));

function withChunks(...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([picture.subarray(0, HEADER), ...chunks, picture.subarray(HEADER)]);
}

test('removes compressed text chunks at any position', () => {
  const packed = [chunk('zTXt', 'Comment\0\0'), chunk('iTXt', 'Comment\0\x01\0\0\0')];
  expect(withoutCompressedText(withChunks(...packed)).length).toBe(picture.length);
  const last = Buffer.concat([withChunks(), ...packed]);
  expect(Buffer.from(withoutCompressedText(last)).equals(picture)).toBe(true);
});

test.each([
  ['a picture without texts', picture],
  ['plain texts, XMP among them', withChunks(chunk('tEXt', 'a\0'), chunk('iTXt', 'XML\0\0\0\0\0'))],
  ['data that is not a PNG', Buffer.from('zTXt zTXt zTXt zTXt')],
  ['a PNG that ends early', picture.subarray(0, HEADER + 5)],
])('%s is handed on as it is', (_, file) => {
  expect(withoutCompressedText(file)).toBe(file);
});

test('a text that claims to be longer than the file takes the rest with it', () => {
  const claiming = Buffer.concat([picture, pngChunk('zTXt', Buffer.alloc(3), 0xffffffff)]);
  expect(Buffer.from(withoutCompressedText(claiming)).equals(picture)).toBe(true);
});
