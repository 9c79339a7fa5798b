import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { attribute, dicomFile, fragments } from '@darkroom/decoder-dicom/testing';
import { type JpegGenes, segment, writeJpeg } from './jpeg.ts';
import { type Content, pixels } from './pixels.ts';

export const DICOM_CODINGS = [
  ...[
    'none',
    'deflated',
    'rle',
    'jpeg',
    'jpeg-12',
    'jpeg-lossless',
    'jpeg-ls',
    'jpeg-2000',
    'htj2k',
  ],
] as const;

export interface DicomGenes {
  readonly width: number;
  readonly height: number;
  readonly coding: string;
  readonly colours: 'grey' | 'rgb' | 'palette';
  readonly bits: 8 | 16 | 32;
  readonly content: Content;
  readonly frames: number;
  /** Fragments of a compressed frame. */
  readonly parts: number;
  /** Attributes that no reader needs. */
  readonly attributes: number;
  /** Of a JPEG, in addition to the first ones. */
  readonly scans: number;
  readonly jpeg: JpegGenes['coding'];
  /** Side of a tile of JPEG 2000; 0: one tile. */
  readonly tile: number;
  readonly block: number;
}

const SYNTAX: Readonly<Record<string, string>> = {
  ...{ none: '.1', deflated: '.1.99', rle: '.5', jpeg: '.4.50' },
  ...{ 'jpeg-12': '.4.51', 'jpeg-lossless': '.4.70', 'jpeg-ls': '.4.80', 'jpeg-2000': '.4.90' },
  htj2k: '.4.201',
};

/** The combinations that exist. */
export function isDicom({ coding, colours, bits, jpeg, scans, ...genes }: DicomGenes): boolean {
  if (bits === 32 && (colours !== 'grey' || !['none', 'deflated', 'rle'].includes(coding)))
    return false;
  if (colours !== 'grey' && bits > 8 && coding.startsWith('jpeg-l')) return false;
  const isJpeg2000 = coding === 'jpeg-2000' || coding === 'htj2k';
  // The encoder of JPEG 2000 fails on colours.
  if (coding === 'jpeg-2000' && colours === 'rgb') return false;
  if (coding === 'jpeg-12' && (bits !== 16 || colours !== 'grey')) return false;
  if (coding === 'jpeg' && (bits !== 8 || colours === 'palette')) return false;
  if (coding !== 'jpeg' && (jpeg !== 'baseline' || scans > 0)) return false;
  if (!isJpeg2000 && (genes.tile > 0 || genes.block !== 64)) return false;
  if (genes.frames * genes.parts > 100_000) return false;
  if ((coding === 'none' || coding === 'deflated') && genes.parts > 1) return false;
  const samples = genes.width * genes.height * (colours === 'rgb' ? 3 : 1);
  // The encoders take seconds for a megapixel.
  const most = isJpeg2000 ? 2_000_000 : coding === 'jpeg-ls' ? 6_000_000 : 60_000_000;
  const bytes = ['jpeg', 'jpeg-12', 'deflated'].includes(coding)
    ? samples / 8
    : (samples * bits) / 8;
  return samples <= most && bytes * genes.frames <= 100_000_000;
}

interface Encoder {
  getDecodedBuffer(frame: object): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  setTileSize(size: object): void;
  setBlockDimensions(size: object): void;
  setInterleaveMode(mode: number): void;
}

const { resolve } = createRequire(import.meta.url);

const ENCODERS = {
  'jpeg-ls': {
    codec: 'charls',
    name: 'JpegLSEncoder',
    load: () => import('@cornerstonejs/codec-charls/wasmjs'),
  },
  'jpeg-2000': {
    codec: 'openjpeg',
    name: 'J2KEncoder',
    load: () => import('@cornerstonejs/codec-openjpeg/wasmjs'),
  },
  htj2k: {
    codec: 'openjph',
    name: 'HTJ2KEncoder',
    load: () => import('@cornerstonejs/codec-openjph/wasmjs'),
  },
};

async function encoder(coding: keyof typeof ENCODERS): Promise<Encoder> {
  const { codec, name, load } = ENCODERS[coding];
  const { default: create } = await load();
  const wasmBinary = readFileSync(resolve(`@cornerstonejs/codec-${codec}/wasm`));
  const options = { wasmBinary, print: () => undefined, printErr: () => undefined };
  const library = (await create(options)) as Record<string, new () => Encoder>;
  const Encoder = library[name];
  if (!Encoder) throw new Error(`${codec} has no ${name}`);
  return new Encoder();
}

async function encoded(
  { width, height, bits, tile, block }: DicomGenes,
  coding: keyof typeof ENCODERS,
  raw: Buffer,
  samples: number,
): Promise<Buffer> {
  const isLs = coding === 'jpeg-ls';
  const made = await encoder(coding);
  const info = { width, height, bitsPerSample: bits, componentCount: samples, isSigned: false };
  made.getDecodedBuffer({ ...info, isUsingColorTransform: samples > 1 }).set(raw);
  if (isLs) made.setInterleaveMode(samples > 1 ? 2 : 0);
  else {
    if (tile > 0) made.setTileSize({ width: tile, height: tile });
    made.setBlockDimensions({ width: block, height: block });
  }
  try {
    made.encode();
  } catch {
    // The encoders do not take all sizes. A file with an empty frame is rejected.
    return Buffer.alloc(0);
  }
  return Buffer.from(made.getEncodedBuffer());
}

/** A plane of a byte of each sample: runs of two if it is flat, which cost the most bytes and steps, or literals. */
function runs(plane: Buffer, content: Content): Buffer {
  const out: Buffer[] = [];
  if (content === 'flat')
    return Buffer.alloc(plane.length + (plane.length & 1), Buffer.from([255, 90]));
  for (let at = 0; at < plane.length; at += 128) {
    const part = plane.subarray(at, at + 128);
    out.push(Buffer.from([part.length - 1]), part);
  }
  return Buffer.concat(out);
}

function runLengths({ bits, content }: DicomGenes, count: number, samples: number): Buffer {
  const segments = samples * (bits / 8);
  const plane = runs(pixels(count, 1, 1, content), content);
  const head = Buffer.alloc(64);
  head.writeUInt32LE(segments, 0);
  for (let index = 0; index < segments; index += 1)
    head.writeUInt32LE(64 + index * plane.length, 4 + 4 * index);
  return Buffer.concat([head, ...Array<Buffer>(segments).fill(plane)]);
}

/** All samples are like the one before: a code of one bit each. */
function lossless({ width, height, bits }: DicomGenes, samples: number): Buffer {
  const parts = Array.from({ length: samples }, (_, index) => index + 1);
  const size = [bits, height >> 8, height & 255, width >> 8, width & 255, samples];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xc4, [0, 1, ...Array<number>(15).fill(0), 0]),
    segment(0xc3, [...size, ...parts.flatMap((id) => [id, 0x11, 0])]),
    segment(0xda, [samples, ...parts.flatMap((id) => [id, 0]), 1, 0, 0]),
    Buffer.alloc(Math.ceil((width * height * samples) / 8) + 8),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Grey of 12 bits: blocks without coefficients, or with all of them, in codes of one bit and a value of one bit. */
function extended({ width, height, content }: DicomGenes): Buffer {
  const counts = [1, ...Array<number>(15).fill(0)];
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const isFlat = content === 'flat';
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    segment(0xc1, [12, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...counts, isFlat ? 0 : 1]),
    segment(0xc4, [0x10, ...counts, isFlat ? 0 : 1]),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    // Values change their sign: the mean does not grow.
    Buffer.alloc(Math.ceil((blocks * (isFlat ? 2 : 128)) / 8) + 8, isFlat ? 0 : 0b0100_0100),
    Buffer.from([0xff, 0xd9]),
  ]);
}

async function frameOf(genes: DicomGenes, samples: number): Promise<Buffer> {
  const { width, height, bits, content, coding, scans, jpeg } = genes;
  switch (coding) {
    case 'rle':
      return runLengths(genes, width * height, samples);
    case 'jpeg': {
      const sampling = samples === 3 ? '11,11,11' : '11';
      const order = { interleaved: true, refines: false, sampling };
      return writeJpeg({ width, height, coding: jpeg, scans, ...order });
    }
    case 'jpeg-12':
      return extended(genes);
    case 'jpeg-lossless':
      return lossless(genes, samples);
    default: {
      const raw = pixels(width * (bits / 8), height, samples, content);
      const isEncoded = coding === 'jpeg-ls' || coding === 'jpeg-2000' || coding === 'htj2k';
      return isEncoded ? encoded(genes, coding, raw, samples) : raw;
    }
  }
}

const PHOTOMETRIC = { grey: 'MONOCHROME2', rgb: 'RGB', palette: 'PALETTE COLOR' };

function palette(): Record<number, Buffer> {
  const levels = Array.from({ length: 256 }, (_, index) => index * 257);
  const all = [0, 1, 2].flatMap((colour) => [
    [0x0028_1101 + colour, attribute(0x0028_1101 + colour, 'US', [256, 0, 16])] as const,
    [
      0x0028_1201 + colour,
      attribute(
        0x0028_1201 + colour,
        'OW',
        Uint8Array.from(levels.flatMap((level) => [level & 255, level >> 8])),
      ),
    ] as const,
  ]);
  return Object.fromEntries(all);
}

const short = (tag: number, value: number) => ({ [tag]: attribute(tag, 'US', value) });

export async function writeDicom(genes: DicomGenes): Promise<Buffer> {
  const { width, height, coding, colours, bits, frames, parts, attributes } = genes;
  const stored = coding === 'jpeg-12' ? 12 : bits;
  const samples = colours === 'rgb' ? 3 : 1;
  const frame = await frameOf(genes, samples);
  const isNative = coding === 'none' || coding === 'deflated';
  const length = Math.ceil(frame.length / parts);
  const cut = Array.from({ length: parts }, (_, index) => {
    const part = frame.subarray(index * length, (index + 1) * length);
    return part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]);
  });
  const one = attribute(0x0009_0010, 'SH', '');
  const others = Buffer.alloc(attributes * one.length, one);
  const file = dicomFile(
    {
      0x0009_0010: others,
      ...short(0x0028_0002, samples),
      0x0028_0004: attribute(0x0028_0004, 'CS', PHOTOMETRIC[colours]),
      ...short(0x0028_0006, 0),
      0x0028_0008: attribute(0x0028_0008, 'IS', String(frames)),
      ...short(0x0028_0010, height),
      ...short(0x0028_0011, width),
      ...short(0x0028_0100, bits),
      ...short(0x0028_0101, stored),
      ...short(0x0028_0102, stored - 1),
      ...(colours === 'palette' ? palette() : {}),
      0x7fe0_0010: isNative
        ? attribute(0x7fe0_0010, 'OW', Buffer.concat(Array<Buffer>(frames).fill(frame)))
        : fragments(...Array<Buffer[]>(frames).fill(cut).flat()),
    },
    { syntax: `1.2.840.10008.1.2${SYNTAX[coding] ?? ''}` },
  );
  if (coding !== 'deflated') return file;
  // The file meta header is not deflated: a preamble, its length, and what that counts.
  const start = 132 + 12 + file.readUInt32LE(132 + 8);
  return Buffer.concat([
    file.subarray(0, start),
    deflateRawSync(file.subarray(start), { level: 1 }),
  ]);
}
