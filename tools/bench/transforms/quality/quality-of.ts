import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { mean } from '../../statistics.ts';
import { OUTPUTS } from '../job.ts';
import { compare, type Pixels, type Quality } from './compare.ts';
import { decode, resizeOnce } from './reference.ts';

/** One decoded source, and its references once they were needed. */
export class References {
  readonly #whole: Pixels;
  readonly #made = new Map<string, Promise<Pixels>>();

  private constructor(whole: Pixels) {
    this.#whole = whole;
  }

  static async of(source: Uint8Array): Promise<References> {
    return new References(await decode(source));
  }

  /** Pixels of the source. */
  get width(): number {
    return this.#whole.width;
  }

  get height(): number {
    return this.#whole.height;
  }

  /** How near a file is to the reference of its size. */
  async compare(file: Uint8Array): Promise<Quality> {
    const pixels = await decode(file);
    const size = `${pixels.width}×${pixels.height}`;
    const reference = this.#made.get(size) ?? resizeOnce(this.#whole, pixels);
    this.#made.set(size, reference);
    return compare(pixels, await reference);
  }
}

/** What a contestant's files are like. */
export interface Files extends Quality {
  /** Of all files. */
  readonly bytes: number;
}

/** Bytes and mean quality of the files that a contestant has left in a folder. */
export async function filesOf(folder: string, references: References): Promise<Files> {
  const qualities: Quality[] = [];
  let bytes = 0;
  for (const { name } of OUTPUTS) {
    const file = await readFile(path.join(folder, name));
    bytes += file.length;
    qualities.push(await references.compare(file));
  }
  return {
    bytes,
    ssim: mean(qualities.map(({ ssim }) => ssim)),
    psnr: mean(qualities.map(({ psnr }) => psnr)),
  };
}
