import sharp from 'sharp';
import type { SheetLayout } from '../../builtin/montage.ts';
import type { AnyPixels } from '../../bound-transform.ts';
import type { Size } from '../../image-engine.ts';
import type { PixelHeader } from '../decoders/png-of-pixels.ts';

// The function loads this file with the first sheet. Import nothing of Darkroom at run time: the function's start would have
// it in a file of its own.

const READ = { failOn: 'error', limitInputPixels: false } as const;

/** How the pixels of a cell are read. */
interface Reading {
  readonly isDeep: boolean;
  readonly hasAlpha: boolean;
  /** Its colours become sRGB. */
  readonly toSrgb: boolean;
}

async function pixelsOf(file: Uint8Array, { isDeep, hasAlpha, toSrgb }: Reading) {
  const image = sharp(file, { ...READ, ignoreIcc: true });
  // sharp converts 16 bits by a profile at the end of a pipeline only.
  if (toSrgb) image.withIccProfile('srgb', { attach: false });
  if (isDeep) image.pipelineColourspace('rgb16').toColourspace('rgb16');
  else image.toColourspace('srgb');
  const { data } = await (hasAlpha ? image.ensureAlpha() : image.removeAlpha())
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  // In a copy, samples of two bytes begin at an even address.
  return isDeep ? new Uint16Array(Uint8Array.from(data).buffer) : data;
}

/** What no cell covers: red, green and blue, 0 to 255, and the opacity, 0 to 1. */
export interface SheetBackground {
  readonly rgb: readonly number[];
  readonly opacity: number;
}

/** A sheet while its cells are placed on it. */
class Sheet {
  readonly #width: number;
  readonly #channels: 3 | 4;
  /** Of the largest sample. */
  readonly #largest: number;
  /** Samples of a pixel that no cell covers. */
  readonly #background: readonly number[];
  readonly data: AnyPixels['data'];

  constructor(
    { width, height }: Size,
    { isDeep, rgb, opacity }: SheetBackground & { readonly isDeep: boolean },
  ) {
    this.#width = width;
    this.#channels = opacity < 1 ? 4 : 3;
    this.#largest = isDeep ? 65_535 : 255;
    const scale = this.#largest / 255;
    this.#background = [
      ...rgb.map((level) => Math.round(level * scale)),
      ...(this.#channels === 4 ? [Math.round(opacity * this.#largest)] : []),
    ];
    const samples = width * height * this.#channels;
    this.data = isDeep ? new Uint16Array(samples) : new Uint8Array(samples);
    this.#fill();
  }

  /** One row, and then copies of it. */
  #fill(): void {
    const row = this.#width * this.#channels;
    for (let at = 0; at < row; at += this.#channels) this.data.set(this.#background, at);
    for (let at = row; at < this.data.length; at += row) this.data.copyWithin(at, 0, row);
  }

  place(pixels: AnyPixels, { left, top }: { readonly left: number; readonly top: number }): void {
    const { data, width, height, channels } = pixels;
    // A picture of 8 bits on a sheet of 16.
    const scale = this.#largest / (data instanceof Uint16Array ? 65_535 : 255);
    for (let y = 0; y < height; y += 1) {
      const row = data.subarray(y * width * channels, (y + 1) * width * channels);
      const at = ((top + y) * this.#width + left) * this.#channels;
      if (channels === this.#channels && channels === 3 && scale === 1) this.data.set(row, at);
      else this.#over(row, { channels, scale, at });
    }
  }

  /** Places a row over the background: "over" of Porter and Duff. */
  #over(
    row: AnyPixels['data'],
    { channels, scale, at: start }: { channels: number; scale: number; at: number },
  ): void {
    const { data } = this;
    const largest = this.#largest;
    const [, , , below = largest] = this.#background;
    let at = start;
    for (let from = 0; from < row.length; from += channels) {
      const alpha = channels === 4 ? (row[from + 3] ?? 0) * scale : largest;
      const shown = below * (1 - alpha / largest);
      const sum = alpha + shown;
      for (let channel = 0; channel < 3; channel += 1) {
        const under = this.#background[channel] ?? 0;
        const over = (row[from + channel] ?? 0) * scale;
        data[at + channel] = sum === 0 ? under : Math.round((over * alpha + under * shown) / sum);
      }
      if (this.#channels === 4) data[at + 3] = Math.round(sum);
      at += this.#channels;
    }
  }
}

/** A sheet with the metadata of its first picture. */
export interface JoinedCells {
  readonly header: PixelHeader;
  readonly data: AnyPixels['data'];
}

/**
 * Joins pictures to a sheet, one after the other. The sheet has the profile of the pictures if they have the same one,
 * otherwise sRGB; 16 bits if one of them has them; and the metadata of the first one.
 *
 * @param files PNG files of the engine, upright, at least one
 */
export async function joinCells(
  files: readonly Uint8Array[],
  { width, height, places }: SheetLayout,
  background: SheetBackground,
): Promise<JoinedCells> {
  const headers = await Promise.all(files.map((file) => sharp(file, READ).metadata()));
  const [first] = headers;
  if (!first) throw new Error('a sheet without cells');
  const { icc, exif, xmp } = first;
  const isOneProfile = headers.every((header) =>
    icc ? header.icc && icc.equals(header.icc) : !header.icc,
  );
  const isDeep = headers.some(({ depth }) => depth === 'ushort');
  const sheet = new Sheet({ width, height }, { isDeep, ...background });
  for (const [index, file] of files.entries()) {
    const {
      width: columns = 0,
      height: rows = 0,
      hasAlpha,
      depth,
      icc: own,
    } = headers[index] ?? {};
    const data = await pixelsOf(file, {
      isDeep: depth === 'ushort',
      hasAlpha: hasAlpha ?? false,
      toSrgb: !isOneProfile && own !== undefined,
    });
    const place = places[index] ?? { left: 0, top: 0 };
    sheet.place({ data, width: columns, height: rows, channels: hasAlpha ? 4 : 3 }, place);
  }
  return {
    header: {
      ...{ width, height, depth: isDeep ? 16 : 8, channels: background.opacity < 1 ? 4 : 3 },
      ...(isOneProfile && icc && { icc }),
      ...(exif && { exif }),
      ...(xmp && { xmp: xmp.toString() }),
    },
    data: sheet.data,
  };
}
