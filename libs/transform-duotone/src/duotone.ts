import { colourSchema, defineTransform, rgbOf } from '@darkroom/transforms';
import * as z from 'zod';

/** Luma of sRGB's red, green and blue (ITU-R BT.709, 3.2). */
const LUMA = [0.2126, 0.7152, 0.0722] as const;

const options = z
  .strictObject({
    shadow: colourSchema.default('#1c2a5e').describe('Colour for black; opaque.'),
    highlight: colourSchema.default('#ffd8a8').describe('Colour for white; opaque.'),
  })
  .meta({
    description: 'Maps the picture to two colours: one for shadows, one for highlights.',
    examples: [{ shadow: '#3b0764', highlight: '#fde047' }],
  });

/** Interpolates linearly between the two colours by lightness: a matrix and an offset, in one pass of libvips. */
export const duotone = defineTransform({
  name: 'duotone',
  version: 1,
  options,
  apply(image, { shadow, highlight }) {
    const [dark, light] = [rgbOf(shadow), rgbOf(highlight)];
    const row = (band: 0 | 1 | 2) => {
      const reach = (light[band] - dark[band]) / 255;
      return [LUMA[0] * reach, LUMA[1] * reach, LUMA[2] * reach] as [number, number, number];
    };
    return image.recomb([row(0), row(1), row(2)]).linear([1, 1, 1], [...dark]);
  },
});
