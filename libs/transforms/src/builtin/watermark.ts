import type { Sharp } from 'sharp';
import * as z from 'zod';
import { defineTransform, type Shape, type StepContext } from '../define-transform.ts';
import { sideFileSchema } from '../side-file-name.ts';
import { gravitySchema, placeOffset } from './position.ts';

const share = z.string().regex(/^(100|\d{1,2})(\.\d+)?%$/, { error: 'expected 0% to 100%' });

const options = z
  .strictObject({
    image: sideFileSchema.describe(
      'Name of the [side file](recipes.md#side-files) that holds the mark: a PNG, WebP, JPEG or AVIF of at most 16 MiB.',
    ),
    width: share
      .default('25%')
      .describe(
        'Width of the mark, as a share of the picture’s; its height follows, at most the picture’s.',
      ),
    opacity: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe('1 shows the mark as it is, 0 not at all; its own transparency counts as well.'),
    gravity: gravitySchema.default('southeast').describe('Where the mark stands.'),
    margin: share
      .default('3%')
      .describe('Room between the mark and the edges, as a share of the picture’s shorter side.'),
    tile: z.boolean().default(false).describe('Repeats the mark over the whole picture.'),
  })
  .meta({
    description: 'Puts a picture, such as a logo, on the picture.',
    examples: [{ image: 'logo.png', width: '30%', opacity: 0.7 }],
  });

type Options = z.output<typeof options>;

const part = (text: string, side: number) => (Number(text.slice(0, -1)) / 100) * side;

/** The mark as raw pixels, in its size and with its opacity. */
async function makeMark(given: Options, { input, ...context }: StepContext) {
  const width = Math.max(1, Math.round(part(given.width, input.width)));
  // Multiplies the mark's own alpha, everywhere.
  const veil = Buffer.from([255, 255, 255, Math.round(255 * given.opacity)]);
  const { data, info } = await context
    .createImage(await context.readFile(given.image))
    .autoOrient()
    .resize({ width, height: input.height, fit: 'inside' })
    .ensureAlpha()
    .composite([
      { input: veil, raw: { width: 1, height: 1, channels: 4 }, tile: true, blend: 'dest-in' },
    ])
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { input: data, raw: { width: info.width, height: info.height, channels: 4 } } as const;
}

function place({ gravity, margin }: Options, input: Shape, mark: Pick<Shape, 'width' | 'height'>) {
  const free = { x: input.width - mark.width, y: input.height - mark.height };
  const room = Math.round(part(margin, Math.min(input.width, input.height)));
  const edge = {
    x: Math.min(room, Math.floor(free.x / 2)),
    y: Math.min(room, Math.floor(free.y / 2)),
  };
  const { left, top } = placeOffset(free.x - 2 * edge.x, free.y - 2 * edge.y, gravity);
  return { left: left + edge.x, top: top + edge.y };
}

export const watermark = defineTransform({
  name: 'watermark',
  version: 1,
  options,
  scalar: 'image',
  sideFiles: ({ image }) => [image],
  // Compositing brings alpha, which an opaque picture does not keep.
  slots: (_, { hasAlpha }) => (hasAlpha ? ['composite'] : ['composite', 'removeAlpha']),
  async apply(image, given, context): Promise<Sharp> {
    const { input } = context;
    const mark = await makeMark(given, context);
    const where = given.tile ? { tile: true, gravity: 'northwest' } : place(given, input, mark.raw);
    image.composite([{ ...mark, ...where }]);
    return input.hasAlpha ? image : image.removeAlpha();
  },
});
