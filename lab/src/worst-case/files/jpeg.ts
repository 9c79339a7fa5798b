import sharp from 'sharp';
import { pixels, type Content } from './pixels.ts';

export interface JpegGenes {
  readonly width: number;
  readonly height: number;
  /** `H×V` sampling factors of each component, as hex digits: `22,11,11` is 4:2:0. */
  readonly sampling: string;
  readonly coding: 'baseline' | 'progressive' | 'arithmetic' | 'progressive arithmetic';
  /** All components in the first scan; otherwise each has scans of its own. */
  readonly interleaved: boolean;
  /** Scans after the first ones. */
  readonly scans: number;
  /** These scans refine. */
  readonly refines: boolean;
}

export function segment(marker: number, body: readonly number[]): Buffer {
  const length = body.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...body]);
}

const FRAME = {
  baseline: 0xc0,
  progressive: 0xc2,
  arithmetic: 0xc9,
  'progressive arithmetic': 0xca,
};

/** One code of one bit. */
function table(kind: number, symbol: number): Buffer {
  return segment(0xc4, [kind, 1, ...Array<number>(15).fill(0), symbol]);
}

/** A run of ends of block for all blocks: a code, then 14 bits, for 32,767 blocks each. */
function endsOfBlocks(blocks: number): Buffer {
  const runs = `0${'1'.repeat(14)}`.repeat(Math.floor(blocks / 32_767) + 1);
  const bits = runs.padEnd(Math.ceil(runs.length / 8) * 8, '1');
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return Buffer.from(bytes.flatMap((byte) => (byte === 255 ? [255, 0] : [byte])));
}

/**
 * A JPEG of one colour whose scans cost the most for their bytes: codes of one bit, runs of ends of blocks, and with
 * arithmetic coding no data at all, which decoders take for zeros.
 */
export function writeJpeg(genes: JpegGenes): Buffer {
  const { width, height, coding, interleaved, scans, refines } = genes;
  const factors = genes.sampling.split(',').map((hex) => Number.parseInt(hex, 16));
  const most = {
    across: Math.max(...factors.map((factor) => factor >> 4)),
    down: Math.max(...factors.map((factor) => factor & 15)),
  };
  const parts = factors.map((factor, index) => {
    const [across, down] = [factor >> 4, factor & 15];
    const mcus = Math.ceil(width / (8 * most.across)) * Math.ceil(height / (8 * most.down));
    const own =
      Math.ceil(Math.ceil((width * across) / most.across) / 8) *
      Math.ceil(Math.ceil((height * down) / most.down) / 8);
    return { id: index + 1, inMcus: mcus * across * down, own };
  });
  const isArithmetic = coding.includes('arithmetic');
  const isProgressive = coding.startsWith('progressive');
  const frame = [
    ...[8, height >> 8, height & 255, width >> 8, width & 255, factors.length],
    ...factors.flatMap((factor, index) => [index + 1, factor, 0]),
  ];
  const out = [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    segment(FRAME[coding], frame),
    ...(isArithmetic ? [] : [table(0x00, 0), table(0x10, isProgressive ? 0xe0 : 0)]),
  ];
  const scan = (ids: readonly number[], bits: readonly number[], data: Buffer) => {
    const head = [ids.length, ...ids.flatMap((id) => [id, 0]), ...bits];
    out.push(segment(0xda, head), isArithmetic ? Buffer.alloc(0) : data);
  };
  const all = isProgressive ? [0, 0, 0] : [0, 63, 0];
  const zeros = (blocks: number) => Buffer.alloc(Math.ceil((blocks * (isProgressive ? 1 : 2)) / 8));
  if (interleaved) {
    const blocks = parts.reduce(
      (sum, { inMcus, own }) => sum + (parts.length > 1 ? inMcus : own),
      0,
    );
    scan(parts.map(({ id }) => id), all, zeros(blocks)); // prettier-ignore
  } else for (const { id, own } of parts) scan([id], all, zeros(own));
  for (let index = 0; index < scans; index += 1) {
    const part = parts[index % parts.length];
    if (!part) break;
    if (!isProgressive) {
      scan([part.id], all, zeros(part.own));
      continue;
    }
    // From the 13th bit to the last one, and again: decoders take this for a correct sequence.
    const step = Math.floor(index / parts.length) % 14;
    const bits = !refines ? 0 : step === 0 ? 13 : ((14 - step) << 4) | (13 - step);
    scan([part.id], [1, 63, bits], endsOfBlocks(part.own));
  }
  return Buffer.concat([...out, Buffer.from([0xff, 0xd9])]);
}

export interface PhotoGenes {
  readonly width: number;
  readonly height: number;
  readonly content: Content;
  readonly quality: number;
  readonly progressive: boolean;
  readonly subsampling: '4:2:0' | '4:4:4';
  readonly colours: 'grey' | 'rgb' | 'cmyk';
}

/** A JPEG as cameras and programs write them. */
export function encodeJpeg(genes: PhotoGenes): Promise<Buffer> {
  const { width, height, content, quality, progressive, colours } = genes;
  const channels = colours === 'grey' ? 1 : 3;
  const raw = pixels(width, height, channels, content);
  const image = sharp(raw, { raw: { width, height, channels }, limitInputPixels: false });
  const coloured = colours === 'cmyk' ? image.toColourspace('cmyk') : image;
  return coloured
    .jpeg({ quality, progressive, chromaSubsampling: genes.subsampling, optimiseCoding: false })
    .toBuffer();
}
