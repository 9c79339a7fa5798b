import * as z from 'zod';
import type { AnyPixels } from '../bound-transform.ts';
import { defineTransform } from '../define-transform.ts';
import { refuse } from './shared/refuse.ts';
import { otsu } from './shared/otsu.ts';
import { fullSample, lumaOf } from './shared/samples.ts';

const METHODS = ['otsu', 'sauvola'] as const;

const options = () =>
  z
    .strictObject({
      threshold: z
        .union([z.enum(METHODS), z.number().min(0).max(255)], {
          error: 'expected otsu, sauvola, or a number from 0 to 255',
        })
        .default('otsu')
        .describe(
          '`otsu` finds the value that best separates dark and light pixels. `sauvola` compares each pixel with its surroundings: for photos of pages, with shadows or stains. A number, 0 to 255: lighter pixels become white.',
        ),
      window: z
        .number()
        .int()
        .min(3)
        .max(999)
        .refine((side) => side % 2 === 1, { error: 'expected an odd number' })
        .optional()
        .describe(
          'Only with `sauvola`: side of the square around each pixel, an odd number of pixels; about twice the height of a letter. Default: 25.',
        ),
      k: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Only with `sauvola`: a larger value gives thinner letters. Default: 0.2.'),
    })
    .superRefine(({ threshold, window, k }, context) => {
      if (threshold === 'sauvola') return;
      for (const [name, value] of Object.entries({ window, k }))
        if (value !== undefined) refuse(context, name, `${name} requires threshold: sauvola`);
    })
    .meta({
      description:
        'Makes a scan black and white by the pixels’ luma (Rec. 709). Transparency stays. Put `deskew` and `resize` before it: both make grey edges.',
      examples: [{ threshold: 'sauvola' as const, window: 15 }, { threshold: 'otsu' as const }],
    });

/** Index of the pixel that stands for one outside the picture: the edge mirrors. */
function mirrored(at: number, side: number): number {
  if (side === 1) return 0;
  const period = 2 * (side - 1);
  const inside = ((at % period) + period) % period;
  return inside < side ? inside : period - inside;
}

/**
 * Sauvola's thresholds (Sauvola and Pietikäinen, 2000): mean × (1 + k × (deviation / half the range − 1)). Sums of columns
 * slide down, and a window slides over them: the time does not depend on the window, and the memory is a few rows.
 */
function sauvola(
  luma: AnyPixels['data'],
  { width, height }: Pick<AnyPixels, 'width' | 'height'>,
  { window, k, full }: { window: number; k: number; full: number },
): Uint8Array {
  const light = new Uint8Array(luma.length);
  const radius = (window - 1) / 2;
  const count = window * window;
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  const addRow = (row: number, sign: 1 | -1) => {
    const start = mirrored(row, height) * width;
    for (let x = 0; x < width; x += 1) {
      const value = luma[start + x] ?? 0;
      sums[x] = (sums[x] ?? 0) + sign * value;
      squares[x] = (squares[x] ?? 0) + sign * value * value;
    }
  };
  for (let row = -radius; row < radius; row += 1) addRow(row, 1);
  for (let y = 0; y < height; y += 1) {
    addRow(y + radius, 1);
    let [sum, square] = [0, 0];
    const addColumn = (column: number, sign: 1 | -1) => {
      const x = mirrored(column, width);
      sum += sign * (sums[x] ?? 0);
      square += sign * (squares[x] ?? 0);
    };
    for (let column = -radius; column < radius; column += 1) addColumn(column, 1);
    for (let x = 0; x < width; x += 1) {
      addColumn(x + radius, 1);
      const mean = sum / count;
      const deviation = Math.sqrt(Math.max(0, square / count - mean * mean));
      const threshold = mean * (1 + k * (deviation / (full / 2) - 1));
      if ((luma[y * width + x] ?? 0) > threshold) light[y * width + x] = 1;
      addColumn(x - radius, -1);
    }
    addRow(y - radius, -1);
  }
  return light;
}

export const binarise = defineTransform({
  name: 'binarise',
  version: 1,
  kind: 'samples',
  options,
  scalar: 'threshold',
  apply(pixels, { threshold, window = 25, k = 0.2 }) {
    const { data, channels } = pixels;
    const full = fullSample(data);
    const luma = lumaOf(pixels);
    const isLight = (() => {
      if (threshold === 'sauvola') {
        const light = sauvola(luma, pixels, { window, k, full });
        return (pixel: number) => light[pixel] === 1;
      }
      const darkest = threshold === 'otsu' ? otsu(luma) : (threshold / 255) * full;
      return (pixel: number) => (luma[pixel] ?? 0) > darkest;
    })();
    luma.forEach((_, pixel) => {
      const at = pixel * channels;
      const value = isLight(pixel) ? full : 0;
      data[at] = value;
      data[at + 1] = value;
      data[at + 2] = value;
    });
    return pixels;
  },
});
