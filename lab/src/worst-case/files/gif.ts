import sharp from 'sharp';
import { pixels, type Content } from './pixels.ts';

export interface GifGenes {
  /** Pixels of one frame. */
  readonly width: number;
  readonly height: number;
  readonly content: Content;
  /** At least 1. */
  readonly frames: number;
  /** Side of the screen: the frame times this. */
  readonly screen: number;
  /** 0 and 1 leave the frame, 2 clears it, 3 restores what was there before. */
  readonly disposal: 0 | 1 | 2 | 3;
  readonly interlaced: boolean;
}

/** The same frame over and over, in the corner of the screen. */
export async function writeGif(genes: GifGenes): Promise<Buffer> {
  const { width, height, frames, screen, disposal, interlaced } = genes;
  const raw = pixels(width, height, 3, genes.content);
  const one = await sharp(raw, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .gif({ effort: 1, dither: 0 })
    .toBuffer();
  const flags = one[10] ?? 0;
  const colours = one.subarray(13, 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0));
  let at = 13 + colours.length;
  // Skip the extensions before the image.
  while (one[at] === 0x21) {
    at += 2;
    while (one[at]) at += 1 + (one[at] ?? 0);
    at += 1;
  }
  const image = Buffer.from(one.subarray(at, -1));
  if (interlaced) image[9] = (image[9] ?? 0) | 0x40;
  const control = Buffer.from([0x21, 0xf9, 4, disposal << 2, 10, 0, 0, 0]);
  const head = Buffer.from(one.subarray(0, 13));
  head.writeUInt16LE(Math.min(65_535, width * screen), 6);
  head.writeUInt16LE(Math.min(65_535, height * screen), 8);
  const block = Buffer.concat([control, image]);
  return Buffer.concat([head, colours, ...Array<Buffer>(frames).fill(block), Buffer.from(';')]);
}
