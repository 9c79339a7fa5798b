import { crc32, deflateSync } from 'node:zlib';
import { type Cicp, cicpColours, narrowRange, type StatedColours } from './cicp.ts';
import { type Chromaticities, matrixOf, SRGB_PRIMARIES, srgbDecode } from './colour-math.ts';
import { isLikeSrgb, writeProfile } from './icc-profile.ts';
import { isHdr } from './tone-mapping.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Length and type precede a chunk's data, a CRC follows it (PNG, third edition, 5.3). */
const HEAD = 8;
const CRC = 4;
/** The colour chunks must precede the palette and the pixels (5.6). */
const END = ['PLTE', 'IDAT', 'IEND'];
const COLOUR_CHUNKS = ['cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM'];

interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly data: Buffer;
}

/** A chunk with its CRC. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(HEAD + data.length + CRC);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  data.copy(chunk, HEAD);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, HEAD + data.length)), HEAD + data.length);
  return chunk;
}

/** `IHDR` and the colour chunks, the first of each. */
function readChunks(file: Buffer): ReadonlyMap<string, Chunk> {
  const chunks = new Map<string, Chunk>();
  for (let at = SIGNATURE.length; at + HEAD + CRC <= file.length;) {
    const end = at + HEAD + file.readUInt32BE(at) + CRC;
    const type = file.toString('latin1', at + 4, at + HEAD);
    if (END.includes(type) || end > file.length) break;
    if ((type === 'IHDR' || COLOUR_CHUNKS.includes(type)) && !chunks.has(type)) {
      chunks.set(type, { start: at, end, data: file.subarray(at + HEAD, end - CRC) });
    }
    at = end;
  }
  return chunks;
}

function cicpOf(chunks: ReadonlyMap<string, Chunk>, depth: number): Cicp | undefined {
  const data = chunks.get('cICP')?.data;
  if (data?.length !== 4) return undefined;
  const [primaries = 2, transfer = 2, coefficients, fullRange] = data;
  // PNG contains RGB; other matrix coefficients are not allowed (PNG, third edition, 11.3.2.6).
  if (coefficients !== 0 || (primaries === 2 && transfer === 2)) return undefined;
  return {
    primaries,
    transfer,
    ...(fullRange === 1 ? {} : { normalise: (value: number) => narrowRange(value, depth) }),
  };
}

const UNIT = 100_000;
/** A file's gamma for pictures that are displayed like sRGB, and how far others may differ from it (libpng's `png.c`). */
const SRGB_GAMMA = 1 / 2.2;
const MAX_DIFFERENCE = 0.05;
const SRGB_CURVES = [srgbDecode, srgbDecode, srgbDecode];

function chromaticitiesOf({ data }: Chunk): Chromaticities | undefined {
  if (data.length !== 32) return undefined;
  const [wx, wy, ...primaries] = Array.from(
    { length: 8 },
    (_, i) => data.readUInt32BE(4 * i) / UNIT,
  );
  return [...primaries, wx, wy] as unknown as Chromaticities;
}

function ofGamma(
  gamma: Chunk | undefined,
  primaries: Chunk | undefined,
): StatedColours | undefined {
  const value = gamma?.data.length === 4 ? gamma.data.readUInt32BE(0) / UNIT : 0;
  // Without a gamma, nothing says how the primaries' light is coded: decoders ignore them.
  if (value <= 0) return undefined;
  const matrix = matrixOf((primaries && chromaticitiesOf(primaries)) ?? SRGB_PRIMARIES);
  if (!matrix) return undefined;
  const isLike =
    Math.abs(value / SRGB_GAMMA - 1) <= MAX_DIFFERENCE && isLikeSrgb(SRGB_CURVES, matrix);
  // The usual approximation of sRGB, which is not worth a conversion.
  return isLike ? undefined : { matrix, curve: (x) => x ** (1 / value) };
}

/**
 * The colours that the chunks describe: `cICP`, `iCCP`, `sRGB`, `gAMA` with `cHRM`, the first of them that is valid (PNG,
 * third edition, 4.3). `keep` if a decoder does right without help.
 */
function statedColours(chunks: ReadonlyMap<string, Chunk>, depth: number): StatedColours | 'keep' {
  const cicp = cicpOf(chunks, depth);
  if (cicp) return isHdr(cicp) ? 'keep' : cicpColours(cicp, 'bt1886');
  if (chunks.has('iCCP') || chunks.has('sRGB')) return 'keep';
  return ofGamma(chunks.get('gAMA'), chunks.get('cHRM')) ?? 'keep';
}

interface Png {
  readonly file: Buffer;
  readonly chunks: ReadonlyMap<string, Chunk>;
  readonly header: Chunk;
  /** Bits of a colour's sample. */
  readonly depth: number;
  readonly isGrey: boolean;
}

function readPng(source: Uint8Array): Png | undefined {
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  const chunks = readChunks(file);
  const header = chunks.get('IHDR');
  if (!header || header.data.length < 13) return undefined;
  const [bits = 8, colourType = 2] = header.data.subarray(8, 10);
  const isGrey = colourType === 0 || colourType === 4;
  return { file, chunks, header, depth: colourType === 3 ? 8 : bits, isGrey };
}

/** The code points of an HDR PNG; `undefined` for other data. */
export function pngHdr(source: Uint8Array): Cicp | undefined {
  const png = readPng(source);
  const cicp = png && cicpOf(png.chunks, png.depth);
  return cicp && isHdr(cicp) ? cicp : undefined;
}

/**
 * Replaces the colour description of a PNG by the equivalent ICC profile, the only description that sharp reads. Returns
 * other data unchanged, also if the colours are those of sRGB.
 */
export function withPngProfile(source: Uint8Array): Uint8Array {
  const png = readPng(source);
  if (!png) return source;
  const { file, chunks, header, depth, isGrey } = png;
  const colours = statedColours(chunks, depth);
  if (colours === 'keep') return source;
  const { matrix, curve } = colours;
  const isSrgb = isGrey ? isLikeSrgb([curve]) : isLikeSrgb([curve, curve, curve], matrix);
  if (isSrgb && !chunks.has('iCCP')) return source;
  const profile = writeProfile({ name: 'PNG', curve, ...(isGrey ? {} : { matrix }) });
  const kept: Buffer[] = [file.subarray(0, header.end)];
  if (!isSrgb) {
    kept.push(
      pngChunk('iCCP', Buffer.concat([Buffer.from('ICC\0\0', 'latin1'), deflateSync(profile)])),
    );
  }
  let from = header.end;
  const described = [...chunks.values()].filter((chunk) => chunk !== header);
  for (const { start, end } of described.sort((a, b) => a.start - b.start)) {
    kept.push(file.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...kept, file.subarray(from)]);
}
