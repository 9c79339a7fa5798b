import sharp from 'sharp';
import { type MontageOptions, sheetLayout } from '../../builtin/montage.ts';
import { isTranslucent, opacityOf, rgbOf } from '../../builtin/shared/colour.ts';
import type { AnyPixels } from '../../bound-transform.ts';
import type { Size } from '../../image-engine.ts';
import { pngOfPixels } from '../decoders/png-of-pixels.ts';
import { withoutPrefix } from '../metadata/exif.ts';
import { asUint16, inSixteenBits } from '../render/picture.ts';

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
  if (isDeep) inSixteenBits(image);
  else image.toColourspace('srgb');
  const { data } = await (hasAlpha ? image.ensureAlpha() : image.removeAlpha())
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return isDeep ? asUint16(data) : data;
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
    {
      isDeep,
      background,
    }: { readonly isDeep: boolean; readonly background: MontageOptions['background'] },
  ) {
    this.#width = width;
    this.#channels = isTranslucent(background) ? 4 : 3;
    this.#largest = isDeep ? 65_535 : 255;
    const scale = this.#largest / 255;
    this.#background = [
      ...rgbOf(background).map((level) => Math.round(level * scale)),
      ...(this.#channels === 4 ? [Math.round(opacityOf(background) * this.#largest)] : []),
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

/**
 * Joins pictures to a sheet, one after the other. The sheet has the profile of the pictures if they have the same one,
 * otherwise sRGB; 16 bits if one of them has them; and the metadata of the first one.
 *
 * @param files PNG files of the engine, upright, at least one
 * @returns a PNG that is not compressed
 */
export async function joinCells(
  files: readonly Uint8Array[],
  options: MontageOptions,
): Promise<Buffer> {
  const headers = await Promise.all(files.map((file) => sharp(file, READ).metadata()));
  const [first] = headers;
  if (!first) throw new Error('a sheet without cells');
  const { icc } = first;
  const isOneProfile = headers.every((header) =>
    icc ? header.icc && icc.equals(header.icc) : !header.icc,
  );
  const isDeep = headers.some(({ depth }) => depth === 'ushort');
  const layout = sheetLayout(headers, options);
  const sheet = new Sheet(layout, { isDeep, background: options.background });
  for (const [index, file] of files.entries()) {
    const { width = 0, height = 0, hasAlpha, depth, icc: own } = headers[index] ?? {};
    const data = await pixelsOf(file, {
      isDeep: depth === 'ushort',
      hasAlpha: hasAlpha ?? false,
      toSrgb: !isOneProfile && own !== undefined,
    });
    const place = layout.places[index] ?? { left: 0, top: 0 };
    sheet.place({ data, width, height, channels: hasAlpha ? 4 : 3 }, place);
  }
  const { width, height } = layout;
  const { exif, xmp } = first;
  return pngOfPixels(
    {
      ...{ width, height, depth: isDeep ? 16 : 8 },
      channels: isTranslucent(options.background) ? 4 : 3,
      ...(isOneProfile && icc && { icc }),
      ...(exif && { exif: withoutPrefix(exif) }),
      ...(xmp && { xmp: xmp.toString() }),
    },
    sheet.data,
  );
}
