import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { turned } from './rotate.ts';
import { colourSchema, isTranslucent } from './shared/colour.ts';
import { skewOf } from './shared/skew.ts';

const options = () =>
  z
    .strictObject({
      limit: z
        .number()
        .min(1)
        .max(30)
        .default(15)
        .describe('Largest angle that is looked for, degrees. A page that is turned more stays.'),
      least: z
        .number()
        .min(0)
        .max(10)
        .default(0.1)
        .describe('Smallest angle that is corrected, degrees. A page that is turned less stays.'),
      background: colourSchema
        .default('#ffffff')
        .describe('Fills what the page does not cover after the turn.'),
    })
    .meta({
      description:
        'Straightens a scanned page: finds the angle of text lines or of the page’s edges in a reduced copy, and turns the picture by it around its centre. The size stays: corners of the picture may be cut. A picture without lines stays as it is. Put `rotate: auto` before it: lines must be closer to horizontal than to vertical. Keeps 16 bits.',
      examples: [{ background: 'white', limit: 10 }],
    });

/** Longer side of the reduced copy, pixels. Its text lines still differ by more than a pixel at 0.05 degrees. */
const SIDE = 1200;

export const deskew = defineTransform({
  name: 'deskew',
  version: 1,
  options,
  after: (input, { background }) => ({
    ...input,
    hasAlpha: input.hasAlpha || isTranslucent(background),
  }),
  async apply(image, { limit, least, background }, { input, output }) {
    const { width, height } = input;
    const { data, info } = await image
      .clone()
      .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const small = { data, width: info.width, height: info.height, channels: 3 } as const;
    const angle = skewOf(small, limit);
    if (angle === undefined || Math.abs(angle) < least) {
      return output.hasAlpha ? image.ensureAlpha() : image;
    }
    const box = turned(input, -angle);
    return image.rotate(-angle, { background }).extract({
      left: Math.floor((box.width - width) / 2),
      top: Math.floor((box.height - height) / 2),
      width,
      height,
    });
  },
});
