import type { Sharp } from 'sharp';
import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { NotApplicableError } from '../image-error.ts';
import { type Colour, colourSchema, rgbOf } from './shared/colour.ts';

const options = () =>
  z
    .strictObject({
      background: colourSchema
        .optional()
        .describe('Colour of the border. Default: the colour of the top left pixel.'),
      threshold: z
        .number()
        .min(0)
        .max(255)
        .default(10)
        .describe('Maximum difference of a border pixel from the background, 0 to 255.'),
      lineArt: z
        .boolean()
        .default(false)
        .describe(
          'For drawings with few colours: also detects thin lines. Not suitable for photos with noise.',
        ),
      margin: z
        .number()
        .int()
        .min(0)
        .max(65_535)
        .default(0)
        .describe('Pixels of border to keep around the content.'),
      otherwise: z
        .enum(['keep', 'reject'])
        .optional()
        .describe(
          'What happens to animations, and to pictures that consist only of border or are less than 3 pixels wide or high: `keep` leaves them unchanged, `reject` skips the variant as `NOT_APPLICABLE`. Default: `reject` for animations, `keep` for the others.',
        ),
    })
    .meta({
      description:
        'Removes borders of one colour or of full transparency. The size of the result depends on the pixels: the picture is decoded at full resolution. `otherwise` decides about animations and about pictures without content.',
      examples: [{ threshold: 40 }],
    });

export const trim = defineTransform({
  name: 'trim',
  version: 1,
  options,
  scalar: 'threshold',
  measured: true,
  slots: () => ['trim'],
  keepsAnimations: ({ otherwise }) => otherwise === 'keep',
  async apply(image, { otherwise, ...options }, { input: { width, height } }) {
    // libvips filters 3×3 pixels and rejects smaller pictures.
    const isTooSmall = Math.min(width, height) < 3;
    if (otherwise === 'reject') {
      if (isTooSmall)
        throw new NotApplicableError(`${width}×${height} pixels are too small to have a border`);
      if (await isUniform(image.clone(), options))
        throw new NotApplicableError('the picture consists only of border');
    }
    return isTooSmall ? image : image.trim(options);
  },
});

/** Whether all pixels differ from the background by at most `threshold`. Ends at the first pixel that differs more. */
async function isUniform(
  image: Sharp,
  { background, threshold }: { background?: Colour | undefined; threshold: number },
): Promise<boolean> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { channels } = info;
  const colour = channels < 3 || background === undefined ? undefined : rgbOf(background);
  const reference = colour ? [...colour, data[3] ?? 255] : data.subarray(0, channels);
  return data.every(
    (value, index) => Math.abs(value - (reference[index % channels] ?? value)) <= threshold,
  );
}
