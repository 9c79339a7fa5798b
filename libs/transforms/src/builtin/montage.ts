import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';
import type { Size } from '../image-engine.ts';
import { colourSchema } from './shared/colour.ts';

const options = () =>
  z
    .strictObject({
      columns: z
        .number()
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe(
          'Cells in a row, also if there are fewer pictures. Default: the square root of the number of pictures, rounded up.',
        ),
      gap: z
        .number()
        .int()
        .min(0)
        .max(1000)
        .default(0)
        .describe('Pixels between cells. `extend` adds an edge around the sheet.'),
      background: colourSchema
        .default('#ffffff')
        .describe(
          'Colour of gaps, of what smaller pictures leave free, and behind transparent parts. With `transparent`, the sheet has transparent parts.',
        ),
    })
    .meta({
      description:
        'Joins the pictures of the pages or frames that `pages` or `frames` of the variant selects to one, a contact sheet: `KEY/NAME.EXT`. They are placed in order, row by row. All cells have the size of the largest picture, and smaller ones are centred. Steps before it work on each picture, steps after it on the sheet. Keeps 16 bits and colours with `colourspace: keep`; if the profiles of the pictures differ, they are converted to sRGB.',
      examples: [{ columns: 3, gap: 8, background: '#404040' }],
    });

export const montage = defineTransform({
  name: 'montage',
  version: 1,
  kind: 'join',
  options,
  scalar: 'columns',
});

export type MontageOptions = z.output<ReturnType<typeof options>>;

/** Where the pictures of a sheet are. */
export interface SheetLayout extends Size {
  /** Left and top edge of each picture, pixels. */
  readonly places: readonly { readonly left: number; readonly top: number }[];
}

/** @param pictures their sizes, at least one */
export function sheetLayout(
  pictures: readonly Size[],
  { columns: wanted, gap }: Pick<MontageOptions, 'columns' | 'gap'>,
): SheetLayout {
  const count = pictures.length;
  const columns = wanted ?? Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const cell = {
    width: Math.max(...pictures.map(({ width }) => width)),
    height: Math.max(...pictures.map(({ height }) => height)),
  };
  return {
    width: columns * (cell.width + gap) - gap,
    height: rows * (cell.height + gap) - gap,
    places: pictures.map(({ width, height }, index) => ({
      left: (index % columns) * (cell.width + gap) + Math.floor((cell.width - width) / 2),
      top:
        Math.floor(index / columns) * (cell.height + gap) + Math.floor((cell.height - height) / 2),
    })),
  };
}
