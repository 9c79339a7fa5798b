import type { DecodedPixels, DecoderHeader } from '@darkroom/transforms';
import { findImage, FitsError, type FitsImage } from './fits-hdus.ts';

interface Options {
  readonly hdu?: number | undefined;
  readonly cube: 'pages' | 'rgb';
}

/** An image and the planes of it that a page shows. */
interface Page extends FitsImage {
  readonly pages: number;
  /** From 0. */
  readonly shown: readonly number[];
}

function openPage(source: Uint8Array, page: number, { hdu, cube }: Options): Page {
  const image = findImage(source, hdu);
  const isColour = cube === 'rgb' && image.planes >= 3;
  const pages = isColour ? 1 : image.planes;
  if (page > pages) throw new FitsError('CORRUPT_IMAGE', `the image has ${pages} planes`);
  return { ...image, pages, shown: isColour ? [0, 1, 2] : [page - 1] };
}

/** Integers of more bits, and those that may be blank, are read as floating point. */
function depthOf({ bitpix, blank }: FitsImage): 8 | 16 | 32 {
  if (blank !== undefined) return 32;
  return bitpix === 8 || bitpix === 16 ? bitpix : 32;
}

/** Measured (docs/formats.md). Numbers and text are garbage in the heap, which grows until it is collected. */
const COST = {
  ...{ cpuSeconds: 0.03, memory: 1, mostGarbage: 32 },
  perCard: { cpuSeconds: 1e-6, garbage: 1e-4 },
  perMegapixel: { cpuSeconds: 0.06, garbage: 16 },
};

/** @throws FitsError */
export function readHeader(source: Uint8Array, page: number, options: Options): DecoderHeader {
  const image = openPage(source, page, options);
  const { width, height, pages, shown, cards } = image;
  const { perCard, perMegapixel, mostGarbage } = COST;
  const planes = shown.length;
  const megapixels = (planes * width * height) / 1e6;
  const garbage = cards * perCard.garbage + megapixels * perMegapixel.garbage;
  return {
    ...{ width, height, pages, channels: planes === 3 ? 3 : 1, depth: depthOf(image) },
    cost: {
      cpuSeconds: COST.cpuSeconds + cards * perCard.cpuSeconds,
      memory: COST.memory + Math.min(mostGarbage, garbage),
      perMegapixel: { cpuSeconds: planes * perMegapixel.cpuSeconds, memory: 0 },
    },
  };
}

type Read = (view: DataView, at: number) => number;

const READ: Readonly<Record<FitsImage['bitpix'], Read>> = {
  8: (view, at) => view.getUint8(at),
  16: (view, at) => view.getInt16(at),
  32: (view, at) => view.getInt32(at),
  64: (view, at) => Number(view.getBigInt64(at)),
  [-32]: (view, at) => view.getFloat32(at),
  [-64]: (view, at) => view.getFloat64(at),
};

/** The least value of 16 bits becomes sample 0. */
const LEAST = -32_768;

/**
 * Reads the planes of a page. The first row of a FITS image is the bottom one: rows are returned from the top, as astropy
 * with `origin='lower'` and SAOImage DS9 show them.
 *
 * @throws FitsError
 */
export function readPixels(source: Uint8Array, page: number, options: Options): DecodedPixels {
  const image = openPage(source, page, options);
  const { width, height, shown, bitpix, bscale, bzero, blank } = image;
  const depth = depthOf(image);
  const count = width * height;
  const channels = shown.length === 3 ? 3 : 1;
  const data = new { 8: Uint8Array, 16: Uint16Array, 32: Float32Array }[depth](count * channels);
  const read = READ[bitpix];
  const sampleOf = {
    8: (stored: number) => stored,
    16: (stored: number) => stored - LEAST,
    32: (stored: number) => (stored === blank ? NaN : bzero + bscale * stored),
  }[depth];
  const bytes = Math.abs(bitpix) / 8;
  shown.forEach((plane, channel) => {
    const start = source.byteOffset + image.start + plane * count * bytes;
    const view = new DataView(source.buffer, start, count * bytes);
    let at = 0;
    for (let y = height - 1; y >= 0; y -= 1) {
      const end = (y + 1) * width * channels;
      for (let to = y * width * channels + channel; to < end; to += channels, at += bytes) {
        data[to] = sampleOf(read(view, at));
      }
    }
  });
  const scale = depth === 32 ? 1 : bscale;
  const offset = depth === 32 ? 0 : depth === 16 ? bzero + bscale * LEAST : bzero;
  return {
    ...{ width, height, channels, data },
    values: { scale, offset, display: { type: 'zscale', perChannel: channels === 3 } },
  };
}
