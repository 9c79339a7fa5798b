import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { refuse } from './shared/refuse.ts';

const level = z.number().min(0).max(1_000_000);

/** sharp’s. */
const LEVELS = { m1: 1, m2: 2, x1: 2, y2: 10, y3: 20 } as const;

const options = () =>
  z
    .strictObject({
      sigma: z
        .number()
        .min(0.000001)
        .max(10)
        .optional()
        .describe(
          'Radius of the Gaussian, pixels. Default: a fast, mild sharpening without other options.',
        ),
      m1: level.default(LEVELS.m1).describe('Sharpening of flat areas.'),
      m2: level.default(LEVELS.m2).describe('Sharpening of jagged areas.'),
      x1: level.default(LEVELS.x1).describe('Threshold between flat and jagged areas.'),
      y2: level.default(LEVELS.y2).describe('Maximum brightening of a pixel.'),
      y3: level.default(LEVELS.y3).describe('Maximum darkening of a pixel.'),
    })
    .superRefine(({ sigma, ...levels }, context) => {
      if (sigma !== undefined) return;
      for (const [name, level] of Object.entries(levels)) {
        if (level === LEVELS[name as keyof typeof LEVELS]) continue;
        refuse(context, name, `${name} requires sigma`);
      }
    })
    .meta({
      description: 'Sharpens the picture. After a strong reduction, use a sigma of 0.5 to 1.',
      examples: [{ sigma: 2 }],
    });

export const sharpen = defineTransform({
  name: 'sharpen',
  version: 1,
  options,
  scalar: 'sigma',
  slots: () => ['sharpen'],
  apply: (image, { sigma, ...levels }) =>
    sigma === undefined ? image.sharpen() : image.sharpen({ sigma, ...levels }),
});
