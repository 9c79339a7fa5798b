import * as z from 'zod';
import type { Shape } from '../bound-transform.ts';
import { defineTransform } from '../define-transform.ts';
import type { Size } from './shared/resize-geometry.ts';

const UP_TO_HALF = /^([0-4]?\d(\.\d+)?|50(\.0+)?)%$/;
const RADIUS = 'expected pixels (0 and up) or a percentage up to 50%';

const options = () =>
  z
    .strictObject({
      shape: z
        .enum(['rounded', 'circle'])
        .default('rounded')
        .describe(
          '`rounded` rounds the corners; `circle` keeps the largest ellipse that fits into the picture.',
        ),
      radius: z
        .union([z.number().min(0), z.string().regex(UP_TO_HALF, { error: RADIUS })], {
          error: RADIUS,
        })
        .default('10%')
        .describe(
          'With `rounded`: radius of the corners in pixels, or as a percentage of the shorter side, up to `50%`.',
        ),
    })
    .meta({
      description:
        'Makes the corners transparent. Use an output format with transparency: PNG, WebP, AVIF or TIFF.',
      examples: [{ shape: 'circle' as const }],
    });

function radii({ width, height }: Shape, { shape, radius }: z.output<ReturnType<typeof options>>) {
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

/** Coverage of a pixel by a rounded rectangle, 0 to 255; the edge is one pixel soft. */
function coverage(x: number, y: number, { width, height }: Size, radiusX: number, radiusY: number) {
  // Distance into the corner's ellipse; zero along straight edges.
  const dx = Math.max(0, radiusX - Math.min(x, width - x));
  const dy = Math.max(0, radiusY - Math.min(y, height - y));
  const reach = Math.hypot(dx / radiusX, dy / radiusY);
  if (reach === 0) return 255;
  // Along the ray through the pixel, how far the ellipse's edge is away, in pixels.
  const distance = (Math.hypot(dx, dy) * (1 - reach)) / reach;
  return Math.round(255 * Math.max(0, Math.min(1, distance + 0.5)));
}

/** RGBA pixels, white, whose alpha is a rounded rectangle that fills the picture. Radii in pixels. */
export function roundedAlpha(size: Size, radiusX: number, radiusY: number): Buffer {
  const { width, height } = size;
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++) {
    // Rows between the corners are fully covered.
    if (y >= radiusY && y < height - radiusY) continue;
    for (let x = 0; x < width; x++) {
      data[(y * width + x) * 4 + 3] = coverage(x + 0.5, y + 0.5, size, radiusX, radiusY);
    }
  }
  return data;
}
