import { defineTransform } from '@darkroom/transforms';
import * as z from 'zod';
import { differenceHash, HASH_HEIGHT, HASH_WIDTH } from './difference-hash.ts';

const options = z.strictObject({}).meta({
  description:
    'Adds a perceptual hash (dHash, 64 bits as 16 hex digits) to the manifest, as `facts.dhash` of the output, and does not change the picture. Hashes of similar pictures differ in few bits, about 10 at most.',
  examples: [{}],
});

export const dhash = defineTransform({
  name: 'dhash',
  version: 1,
  kind: 'facts',
  options,
  async apply(image) {
    const { data, info } = await image
      .flatten({ background: 'white' })
      .grayscale()
      .resize({ width: HASH_WIDTH, height: HASH_HEIGHT, fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return differenceHash(data.filter((_, index) => index % info.channels === 0));
  },
});
