import type { DecodedPixels } from '@darkroom/transforms';
import type { StoredFrame } from './frames.ts';
import type { DicomImage } from './image.ts';
import { entryOf, lookupTable } from './lookup-table.ts';

function palettes({ attributes, signed }: DicomImage) {
  return (['Red', 'Green', 'Blue'] as const).map((colour) =>
    lookupTable(attributes, {
      descriptor: `${colour}PaletteColorLookupTableDescriptor`,
      data: `${colour}PaletteColorLookupTableData`,
      segments: `Segmented${colour}PaletteColorLookupTableData`,
      signed,
    }),
  );
}

/** @throws DicomError */
export function colourDepth(image: DicomImage): 8 | 16 {
  if (image.photometric !== 'PALETTE COLOR') return image.stored > 8 ? 16 : 8;
  return Math.max(...palettes(image).map(({ bits }) => bits)) > 8 ? 16 : 8;
}

/** The colours of a frame, as sRGB. */
export function colourPixels(image: DicomImage, frame: StoredFrame): DecodedPixels {
  const { width, height } = image;
  const data = image.photometric === 'PALETTE COLOR' ? indexed(image, frame) : direct(image, frame);
  return { width, height, channels: 3, data };
}

function indexed(image: DicomImage, { data }: StoredFrame): Uint8Array | Uint16Array {
  const { width, height, stored, lowBit, signed } = image;
  const tables = palettes(image);
  const isDeep = colourDepth(image) === 16;
  const most = isDeep ? 65_535 : 255;
  const pixels = width * height;
  const out = new (isDeep ? Uint16Array : Uint8Array)(pixels * 3);
  const mask = 2 ** Math.min(stored, 16) - 1;
  const half = 2 ** (stored - 1);
  tables.forEach((table, channel) => {
    const level = (entry: number) => Math.round((entry * most) / (2 ** table.bits - 1));
    for (let index = 0; index < pixels; index += 1) {
      const bits = ((data[index] ?? 0) >>> lowBit) & mask;
      const value = signed && bits >= half ? bits - 2 * half : bits;
      out[3 * index + channel] = Math.min(most, level(entryOf(table, value)));
    }
  });
  return out;
}

function direct(image: DicomImage, frame: StoredFrame): Uint8Array | Uint16Array {
  const { width, height, stored, lowBit, photometric, syntax } = image;
  const pixels = width * height;
  const mask = 2 ** stored - 1;
  const most = stored > 8 ? 65_535 : 255;
  const out = new (stored > 8 ? Uint16Array : Uint8Array)(pixels * 3);
  const at = (index: number) => (((frame.data[index] ?? 0) >>> lowBit) & mask) >>> 0;
  // Only uncompressed pixels are stored in pairs: codecs return all samples of each pixel.
  const isPaired = photometric === 'YBR_FULL_422' && syntax.compression === 'none';
  const sample = isPaired
    ? (pixel: number, channel: number) =>
        at(4 * (pixel >> 1) + (channel === 0 ? pixel & 1 : 1 + channel))
    : frame.planar
      ? (pixel: number, channel: number) => at(channel * pixels + pixel)
      : (pixel: number, channel: number) => at(3 * pixel + channel);
  const isYbr = photometric !== 'RGB' && !frame.rgb;
  const middle = (mask + 1) / 2;
  const level = (value: number) =>
    Math.round((Math.min(mask, Math.max(0, Math.round(value))) * most) / mask);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const to = 3 * pixel;
    const [a, b, c] = [sample(pixel, 0), sample(pixel, 1), sample(pixel, 2)];
    if (!isYbr) {
      out[to] = level(a);
      out[to + 1] = level(b);
      out[to + 2] = level(c);
      continue;
    }
    // PS3.3, C.7.6.3.1.2.
    const [blue, red] = [b - middle, c - middle];
    out[to] = level(a + 1.402 * red);
    out[to + 1] = level(a - 0.344_136_286 * blue - 0.714_136_286 * red);
    out[to + 2] = level(a + 1.772 * blue);
  }
  return out;
}
