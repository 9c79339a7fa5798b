import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import { swapsSides, uprightOperations } from '../orientation.ts';
import type { SharpSlot } from '../sharp-order.ts';
import { colourSchema, isTranslucent } from './shared/colour.ts';
import type { Size } from './shared/resize-geometry.ts';

const options = () =>
  z
    .strictObject({
      angle: z
        .union([z.literal('auto'), z.number().min(-360).max(360)], {
          error: 'expected auto, or degrees from -360 to 360',
        })
        .default('auto')
        .describe(
          '`auto` makes the picture upright by its EXIF orientation; a second `auto` has no effect. A number rotates by that many degrees, clockwise, in addition to the EXIF orientation.',
        ),
      background: colourSchema
        .default('#000000')
        .describe('Fills the corners if the angle is not a multiple of 90 degrees.'),
    })
    .meta({
      description:
        'Rotates the picture. Without `rotate: auto` the pixels stay as the camera stored them, and the file keeps the orientation tag, with which viewers show it upright.',
      examples: [{ angle: 12, background: 'white' }, { angle: 'auto' as const }],
    });

const normalised = (angle: number) => ((angle % 360) + 360) % 360;
const isQuarter = (angle: number) => normalised(angle) % 90 === 0;

/** Bounding box of the rotated picture, rounded like `vips_similarity`. */
export function turned({ width, height }: Size, angle: number): Size {
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const xs = [0, width * cos, -height * sin, width * cos - height * sin];
  const ys = [0, width * sin, height * cos, width * sin + height * cos];
  return {
    width: Math.round(Math.max(...xs) - Math.min(...xs)),
    height: Math.round(Math.max(...ys) - Math.min(...ys)),
  };
}

export const rotate = defineTransform({
  name: 'rotate',
  version: 1,
  options,
  scalar: 'angle',
  after(input, { angle, background }) {
    if (angle === 'auto') {
      const swap = swapsSides(input.orientation);
      return {
        ...input,
        width: swap ? input.height : input.width,
        height: swap ? input.width : input.height,
        orientation: 1,
      };
    }
    if (isQuarter(angle)) {
      const swap = normalised(angle) % 180 === 90;
      return {
        ...input,
        width: swap ? input.height : input.width,
        height: swap ? input.width : input.height,
      };
    }
    return {
      ...input,
      ...turned(input, angle),
      hasAlpha: input.hasAlpha || isTranslucent(background),
    };
  },
  slots({ angle }, input, { fromUpload, used }): SharpSlot[] {
    if (angle !== 'auto') return [isQuarter(angle) ? 'rotate90' : 'rotateAngle'];
    if (fromUpload && used.size === 0) return ['autoOrient'];
    const turn = uprightOperations(input.orientation);
    return [
      ...(turn.flip ? (['flip'] as const) : []),
      ...(turn.flop ? (['flop'] as const) : []),
      ...(turn.angle === 0 ? [] : (['rotate90'] as const)),
    ];
  },
  apply(image, { angle, background }, { fromUpload, input }) {
    if (angle !== 'auto') {
      return isQuarter(angle)
        ? image.rotate(normalised(angle))
        : image.rotate(angle, { background });
    }
    if (fromUpload) return image.autoOrient();
    const turn = uprightOperations(input.orientation);
    if (turn.flip) image.flip();
    if (turn.flop) image.flop();
    return turn.angle === 0 ? image : image.rotate(turn.angle);
  },
});
