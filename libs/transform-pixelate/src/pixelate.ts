import { defineTransform, lengthInPixels, lengthSchema } from '@darkroom/transforms';
import * as z from 'zod';
import { fillBlocks } from './fill-blocks.ts';
import { regionInside } from './regions.ts';

/** Minimum block size, pixels: blocks of one pixel would hide nothing. */
const LEAST_BLOCK = 2;

const region = z.strictObject({
  left: lengthSchema.describe('Left edge, pixels or a share of the width.'),
  top: lengthSchema.describe('Upper edge, pixels or a share of the height.'),
  width: lengthSchema.describe('Pixels, or a share of the width.'),
  height: lengthSchema.describe('Pixels, or a share of the height.'),
});

const options = z
  .strictObject({
    regions: z
      .array(region)
      .min(1)
      .max(100)
      .describe('Regions to hide. Parts outside the picture are cut off.'),
    blockSize: lengthSchema
      .refine((size) => typeof size !== 'number' || size >= LEAST_BLOCK, {
        error: `a block has at least ${LEAST_BLOCK} pixels`,
      })
      .default('20%')
      .describe('Side of a block, pixels or a share of the shorter side of its region.'),
  })
  .meta({
    description:
      'Hides regions, such as faces or number plates, with blocks of one colour each. A region completely outside of the picture is NOT_APPLICABLE: the content to hide would stay visible.',
    examples: [
      { regions: [{ left: '45%', top: '30%', width: '40%', height: '50%' }] },
      { regions: [{ left: 20, top: 20, width: 100, height: 60 }], blockSize: 25 },
    ],
  });

export const pixelate = defineTransform({
  name: 'pixelate',
  version: 1,
  kind: 'raw',
  options,
  after(input, { regions }) {
    for (const given of regions) regionInside(given, input);
    return input;
  },
  apply(pixels, { regions, blockSize }) {
    for (const given of regions) {
      const inside = regionInside(given, pixels);
      const side = lengthInPixels(blockSize, Math.min(inside.width, inside.height));
      fillBlocks(pixels, inside, Math.max(LEAST_BLOCK, side));
    }
    return pixels;
  },
});
