import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

const level = z.number().min(0).max(1_000_000);

/** sharp’s. */
const LEVELS = { m1: 1, m2: 2, x1: 2, y2: 10, y3: 20 } as const;

const options = z
  .strictObject({
    sigma: z
      .number()
      .min(0.000001)
      .max(10)
      .optional()
      .describe(
        'Radius of the Gaussian, pixels. Left out: a fast, mild sharpening, which takes no other option.',
      ),
    m1: level.default(LEVELS.m1).describe('How much flat areas are sharpened.'),
    m2: level.default(LEVELS.m2).describe('How much jagged areas are sharpened.'),
    x1: level.default(LEVELS.x1).describe('Where flat ends and jagged begins.'),
    y2: level.default(LEVELS.y2).describe('The most that a pixel is brightened.'),
    y3: level.default(LEVELS.y3).describe('The most that a pixel is darkened.'),
  })
  .superRefine(({ sigma, ...levels }, context) => {
    if (sigma !== undefined) return;
    for (const [name, level] of Object.entries(levels)) {
      if (level === LEVELS[name as keyof typeof LEVELS]) continue;
      context.addIssue({ code: 'custom', path: [name], message: `${name} goes with sigma` });
    }
  })
  .meta({
    description:
      'Sharpens the picture; after a strong reduction, a sigma of 0.5 to 1 brings back the bite.',
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
