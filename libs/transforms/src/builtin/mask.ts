import * as z from 'zod';
import { defineTransform, type Shape } from '../define-transform.ts';
import { roundedAlpha } from './mask-alpha.ts';

const UP_TO_HALF = /^([0-4]?\d(\.\d+)?|50(\.0+)?)%$/;
const RADIUS = 'expected pixels (0 and up) or a percentage up to 50%';

const options = z
  .strictObject({
    shape: z
      .enum(['rounded', 'circle'])
      .default('rounded')
      .describe(
        '`rounded` rounds the corners; `circle` keeps the largest circle, or ellipse, that fills the picture.',
      ),
    radius: z
      .union([z.number().min(0), z.string().regex(UP_TO_HALF, { error: RADIUS })], {
        error: RADIUS,
      })
      .default('10%')
      .describe(
        'With `rounded`: radius of the corners, pixels, or a share of the shorter side up to `50%`.',
      ),
  })
  .meta({
    description:
      'Makes the corners transparent. Write the file in a format that has transparency: PNG, WebP, AVIF or TIFF.',
    examples: [{ shape: 'circle' as const }],
  });

function radii({ width, height }: Shape, { shape, radius }: z.output<typeof options>) {
  if (shape === 'circle') return [width / 2, height / 2] as const;
  const shorter = Math.min(width, height);
  const pixels =
    typeof radius === 'number' ? radius : (Number(radius.slice(0, -1)) / 100) * shorter;
  const fitting = Math.min(pixels, shorter / 2);
  return [fitting, fitting] as const;
}

export const mask = defineTransform({
  name: 'mask',
  version: 1,
  options,
  scalar: 'shape',
  after: (input) => ({ ...input, hasAlpha: true }),
  slots: () => ['composite'],
  apply(image, given, { input }) {
    const { width, height } = input;
    const [radiusX, radiusY] = radii(input, given);
    return image.composite([
      {
        input: roundedAlpha(input, radiusX, radiusY),
        raw: { width, height, channels: 4 },
        blend: 'dest-in',
      },
    ]);
  },
});
