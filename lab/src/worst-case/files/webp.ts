import sharp from 'sharp';
import { pixels, type Content } from './pixels.ts';

export interface WebpGenes {
  /** Pixels of one frame. */
  readonly width: number;
  readonly height: number;
  readonly lossless: boolean;
  readonly alpha: boolean;
  readonly content: Content;
  readonly quality: number;
  /** 0 for a still picture. */
  readonly frames: number;
  /** Pixels of the canvas: the frame times this. */
  readonly canvas: number;
}

function riff(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, data, Buffer.alloc(data.length % 2)]);
}

function u24(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(3 * values.length);
  values.forEach((value, index) => out.writeUIntLE(value, 3 * index, 3));
  return out;
}

/** The chunks of a still picture that hold its pixels. */
function pictureChunks(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 12; at + 8 <= file.length;) {
    const length = file.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (/^(VP8 |VP8L|ALPH)$/.test(file.toString('latin1', at, at + 4))) {
      parts.push(file.subarray(at, end));
    }
    at = end;
  }
  return Buffer.concat(parts);
}

/** The same frame over and over, in the corner of the canvas. */
export async function writeWebp(genes: WebpGenes): Promise<Buffer> {
  const { width, height, lossless, alpha, quality, frames, canvas } = genes;
  const channels = alpha ? 4 : 3;
  const raw = pixels(width, height, channels, genes.content);
  const still = await sharp(raw, { raw: { width, height, channels }, limitInputPixels: false })
    .webp({ lossless, quality, effort: 0, alphaQuality: 100 })
    .toBuffer();
  if (frames === 0) return still;
  const place = Buffer.concat([u24(0, 0, width - 1, height - 1, 100), Buffer.from([0])]);
  const frame = riff('ANMF', Buffer.concat([place, pictureChunks(still)]));
  const size = u24(Math.min(16_383, width * canvas) - 1, Math.min(16_383, height * canvas) - 1);
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    riff('VP8X', Buffer.concat([Buffer.from([alpha ? 0x12 : 0x02, 0, 0, 0]), size])),
    riff('ANIM', Buffer.alloc(6)),
    ...Array<Buffer>(frames).fill(frame),
  ]);
  return riff('RIFF', body);
}
