import type { Sharp } from 'sharp';
import * as z from 'zod';
import type { Shape, StepContext } from '../bound-transform.ts';
import { defineTransform } from '../define-transform.ts';
import { sideFileSchema } from '../side-file-name.ts';
import { colourSchema, opacityOf, rgbOf } from './shared/colour.ts';
import { SHARE, shareOf } from './shared/length.ts';
import { imageMark, type Mark, withRoom } from './shared/mark.ts';
import { gravitySchema, placeOffset } from './shared/position.ts';
import { refuse } from './shared/refuse.ts';
import { defaultFonts, readFont } from './text/fonts.ts';
import { textMark } from './text/text-mark.ts';

const PERCENT = 'expected 0% to 100%';
const share = z.string({ error: PERCENT }).regex(SHARE, { error: PERCENT });

/** Blend modes of sharp that keep an opaque picture opaque. */
const BLENDS = [
  'over',
  'atop',
  'add',
  'multiply',
  'screen',
  'overlay',
  'darken',
  'lighten',
  'colour-dodge',
  'color-dodge',
  'colour-burn',
  'color-burn',
  'hard-light',
  'soft-light',
  'difference',
  'exclusion',
] as const;

/** Characters that Open Sans lacks: scripts other than Latin, Greek and Cyrillic, and emoji. */
const FOREIGN =
  /[^\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Common}\p{sc=Inherited}]|\p{Emoji_Presentation}/u;

const options = () =>
  z
    .strictObject({
      image: sideFileSchema
        .optional()
        .describe(
          'Side file with the mark: a PNG, WebP, JPEG or AVIF of at most 16 MiB. A name in the folder `assets`, or `s3:` and a key of the source bucket.',
        ),
      text: z
        .string()
        .regex(/\S/, { error: 'expected a text with at least one visible character' })
        .max(200)
        .optional()
        .describe('Instead of `image`: a text of one or more lines, written from left to right.'),
      font: sideFileSchema
        .optional()
        .describe(
          'With `text`: side file with a TrueType, OpenType or WOFF font. Default: Open Sans semi-bold, which is included and supports Latin, Greek and Cyrillic.',
        ),
      colour: colourSchema.optional().describe('With `text`: its colour; default white.'),
      width: share
        .default('25%')
        .describe(
          'Width of the mark as a percentage of the picture’s width. The height follows from the aspect ratio, at most the picture’s height.',
        ),
      opacity: z
        .number()
        .min(0)
        .max(1)
        .default(1)
        .describe('Opacity of the mark, 0 to 1, multiplied with its own transparency.'),
      angle: z
        .number()
        .min(-360)
        .max(360)
        .default(0)
        .describe('Rotates the mark, degrees clockwise. `width` is the width before the rotation.'),
      blend: z.enum(BLENDS).default('over').describe('Blend mode of the mark and the picture.'),
      gravity: gravitySchema.default('southeast').describe('Position of the mark.'),
      margin: share
        .default('3%')
        .describe(
          'Distance between the mark and the edges, as a percentage of the picture’s shorter side; with `tile`, distance between marks.',
        ),
      tile: z.boolean().default(false).describe('Repeats the mark over the whole picture.'),
    })
    .superRefine((given, context) => {
      const { image, text, font, colour } = given;
      if ((image === undefined) === (text === undefined))
        context.addIssue('needs image or text, one of them');
      if (text === undefined && (font ?? colour) !== undefined)
        context.addIssue('font and colour go with text');
      const [foreign] = (font === undefined && text?.match(FOREIGN)) || [];
      if (foreign) {
        const message = `Open Sans has no ${JSON.stringify(foreign)}; it supports Latin, Greek and Cyrillic. Set font to a font that has it`;
        refuse(context, 'text', message);
      }
    })
    .meta({
      description: 'Adds an image, such as a logo, or a text to the picture.',
      examples: [
        { image: 'logo.png', width: '30%', opacity: 0.7 },
        { text: '© Ada Lovelace', opacity: 0.5, angle: -30, tile: true },
      ],
    });

type Options = z.output<ReturnType<typeof options>>;

const part = (text: string, side: number) => shareOf(text) * side;

/** Makes the mark in its size and opacity. */
async function makeMark(given: Options, { input, ...context }: StepContext): Promise<Mark> {
  const { image, text = '', font, colour = 'white', opacity, angle } = given;
  const width = Math.max(1, Math.round(part(given.width, input.width)));
  const size = { width, most: input, angle };
  if (image !== undefined) {
    return imageMark(await context.readFile(image), opacity, size, context.createImage);
  }
  const fonts =
    font === undefined ? await defaultFonts() : await readFont(await context.readFile(font));
  return textMark(
    text,
    fonts,
    { colour: rgbOf(colour), opacity: opacity * opacityOf(colour) },
    size,
  );
}

function roomOf({ margin }: Options, { width, height }: Shape): number {
  return Math.round(part(margin, Math.min(width, height)));
}

/** Adds space on two sides, as far as the picture allows, which separates the tiles. */
function tileOf(mark: Mark, given: Options, input: Shape): Mark {
  const room = roomOf(given, input);
  return withRoom(
    mark,
    Math.min(room, input.width - mark.width),
    Math.min(room, input.height - mark.height),
  );
}

function place(given: Options, input: Shape, mark: Mark) {
  const free = { x: input.width - mark.width, y: input.height - mark.height };
  const room = roomOf(given, input);
  const edge = {
    x: Math.min(room, Math.floor(free.x / 2)),
    y: Math.min(room, Math.floor(free.y / 2)),
  };
  const { left, top } = placeOffset(free.x - 2 * edge.x, free.y - 2 * edge.y, given.gravity);
  return { left: left + edge.x, top: top + edge.y };
}

export const watermark = defineTransform({
  name: 'watermark',
  version: 2,
  options,
  scalar: 'image',
  sideFiles: ({ image, font }) => [image, font].filter((name) => name !== undefined),
  // sharp's composite adds alpha; opaque pictures must stay opaque.
  slots: (_, { hasAlpha }) => (hasAlpha ? ['composite'] : ['composite', 'removeAlpha']),
  async apply(image, given, context): Promise<Sharp> {
    const { input } = context;
    const mark = await makeMark(given, context);
    const { data, width, height } = given.tile ? tileOf(mark, given, input) : mark;
    const where = given.tile ? { tile: true, gravity: 'northwest' } : place(given, input, mark);
    image.composite([
      { input: data, raw: { width, height, channels: 4 }, blend: given.blend, ...where },
    ]);
    return input.hasAlpha ? image : image.removeAlpha();
  },
});
