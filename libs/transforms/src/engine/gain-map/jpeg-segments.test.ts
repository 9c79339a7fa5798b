import { describe, expect, test } from 'vitest';
import { APP1, headerSegments } from './jpeg-segments.ts';

const SOI = [0xff, 0xd8];
const SOS = [0xff, 0xda, 0, 2];
const segments = (...bytes: number[][]) => [...headerSegments(Buffer.from(bytes.flat()))];
const comment = [0xff, 0xfe, 0, 4, 1, 2];

describe('segments of a header', () => {
  test('have a place and a content, up to the first scan', () => {
    expect(segments(SOI, [0xff, APP1, 0, 3, 7], comment, SOS, comment)).toEqual([
      { marker: APP1, content: Buffer.from([7]), start: 6 },
      { marker: 0xfe, content: Buffer.from([1, 2]), start: 11 },
    ]);
  });

  test('may have room before them', () => {
    expect(segments(SOI, [0xff, 0xff], comment)).toMatchObject([{ marker: 0xfe, start: 8 }]);
  });

  test('end where the file ends, or is damaged', () => {
    expect(segments(SOI, comment, comment.slice(0, 5))).toHaveLength(1);
    expect(segments(SOI, comment, [0, 0, 0, 0], comment)).toHaveLength(1);
  });

  test.each([[[]], [[0xff]], [[0x89, 0x50, 0x4e, 0x47]]])('are empty for %j', (bytes) => {
    expect(segments(bytes)).toEqual([]);
  });

  // Millions of them would keep the function busy: an index may name the same megabytes many times.
  test('are read as far as a camera would write them', () => {
    expect(segments(SOI, ...Array<number[]>(3000).fill(comment))).toHaveLength(1000);
    expect(segments(SOI, Array<number>(3000).fill(0xff), comment)).toEqual([]);
  });
});
