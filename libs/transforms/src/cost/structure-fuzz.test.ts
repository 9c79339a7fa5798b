import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCost, openingSeconds } from './decode-cost.ts';
import { MAX_WORK_PER_BYTE, scanStructure, type Structure } from './structure.ts';

type Format = Structure['format'];
const FORMATS: readonly Format[] = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'];
/** Bytes that a scanner may look at in any file, however short. */
const HEAD = 2_000;

const files = new Map<Format, Buffer>();

beforeAll(async () => {
  const channels = 4;
  const raw = Buffer.from(Array.from({ length: 64 * 96 * channels }, (_, i) => (i * 31) & 255));
  const roll = () => sharp(raw, { raw: { width: 64, height: 96, channels, pageHeight: 32 } });
  files.set('jpeg', await roll().jpeg({ progressive: true }).toBuffer());
  files.set('png', await roll().png({ progressive: true }).toBuffer());
  files.set('webp', await roll().webp().toBuffer());
  files.set('gif', await roll().gif().toBuffer());
  files.set('tiff', await roll().tiff({ tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer());
  files.set('avif', await roll().avif({ effort: 0 }).toBuffer());
});

/** Scans and estimates; both must end with numbers, whatever the bytes are. */
function expectBounded(file: Uint8Array, format: Format): void {
  const { structure, work } = scanStructure(file, format);
  expect(work).toBeLessThanOrEqual(MAX_WORK_PER_BYTE * file.length + HEAD);
  if (!structure) return;
  for (const animated of [true, false]) {
    const { cpuSeconds, memory } = decodeCost(structure, { animated });
    for (const value of [cpuSeconds, memory, openingSeconds(structure)]) {
      expect(Number.isFinite(value) && value >= 0).toBe(true);
    }
  }
}

describe.each(FORMATS)('any bytes as %s', (format) => {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.constantFrom(...[0, 1, 127, 128, 255].map((byte) => new Uint8Array(4).fill(byte))),
    ),
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 12 });

  test('are read in linear time, without errors, when parts of a file are overwritten', () => {
    const base = files.get(format) ?? Buffer.alloc(0);
    fc.assert(
      fc.property(changes, fc.double({ min: 0.05, max: 1, noNaN: true }), (list, length) => {
        const file = Buffer.from(base.subarray(0, Math.ceil(base.length * length)));
        for (const { at, bytes } of list) file.set(bytes.subarray(0, file.length - Math.floor(at * (file.length - 8))), Math.floor(at * Math.max(0, file.length - 8))); // prettier-ignore
        expectBounded(file, format);
      }),
      { numRuns: 2000 },
    );
  });

  test('are read in linear time when they are repeated, cut and mixed', () => {
    const base = files.get(format) ?? Buffer.alloc(0);
    const piece = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 200 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
        const parts = pieces.flatMap(([at, length, times]) => {
          const start = Math.floor(at * base.length);
          return Array<Buffer>(times).fill(base.subarray(start, start + length));
        });
        const middle = Math.floor(base.length / 3);
        expectBounded(
          Buffer.concat([base.subarray(0, middle), ...parts, base.subarray(middle)]),
          format,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['zeros', 0],
    ['ones', 255],
    ['a length of one', 1],
  ])('are read in linear time when a megabyte of %s follows the head', (_what, byte) => {
    const base = files.get(format) ?? Buffer.alloc(0);
    for (const head of [8, 40, Math.floor(base.length / 2)]) {
      expectBounded(Buffer.concat([base.subarray(0, head), Buffer.alloc(1 << 20, byte)]), format);
    }
  });
});

/** Files whose parts are as many as their length allows. */
describe('a file of very many parts is read in linear time', () => {
  const u32 = (value: number, little: boolean) => {
    const out = Buffer.alloc(4);
    if (little) out.writeUInt32LE(value);
    else out.writeUInt32BE(value);
    return out;
  };
  const box = (type: string, ...parts: readonly Buffer[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([u32(body.length + 8, false), Buffer.from(type, 'latin1'), body]);
  };

  test('200,000 frames of a WebP', () => {
    const frame = Buffer.concat([Buffer.from('ANMF'), u32(16, true), Buffer.alloc(16)]);
    const file = Buffer.concat([
      Buffer.from('RIFF....WEBP'),
      ...Array<Buffer>(200_000).fill(frame),
    ]);
    expectBounded(file, 'webp');
    expect(scanStructure(file, 'webp').structure).toMatchObject({ frames: 200_000 });
  });

  test('stuffed bytes of a JPEG', () => {
    const stuffed = Buffer.alloc(2 << 20);
    for (let at = 0; at < stuffed.length; at += 2) stuffed[at] = 0xff;
    const base = files.get('jpeg') ?? Buffer.alloc(0);
    expectBounded(Buffer.concat([base.subarray(0, -2), stuffed]), 'jpeg');
  });

  test('boxes inside boxes, and owners of properties, of an AVIF', () => {
    const nested = Buffer.concat(Array.from({ length: 50_000 }, (_, i) => Buffer.concat([u32(8 * (50_000 - i), false), Buffer.from('stbl')]))); // prettier-ignore
    expectBounded(box('moov', box('trak', nested)), 'avif');
    const owners = Array<Buffer>(100_000).fill(Buffer.from([0, 1, 1, 1]));
    const ipma = box('ipma', u32(0, false), u32(100_000, false), ...owners);
    expectBounded(box('meta', u32(0, false), box('iprp', ipma)), 'avif');
  });

  test('directories of a TIFF, which also may point to each other', () => {
    const size = 18;
    const file = Buffer.alloc(8 + 50_000 * size);
    file.write('II*\0', 'latin1');
    file.writeUInt32LE(8, 4);
    for (let page = 0; page < 50_000; page += 1) {
      const at = 8 + page * size;
      file.writeUInt16LE(1, at);
      file.writeUInt32LE(page === 49_999 ? 8 : at + size, at + 14);
    }
    expectBounded(file, 'tiff');
  });
});
