import type { Sharp } from 'sharp';
import * as z from 'zod';
import { plainQualitySchema } from './shared-options.ts';

/** As the decoder of PDF draws pages, so that pixels stay the same from document to document. */
const DEFAULT_DPI = 150;

export const pdfSchema = z
  .strictObject({
    format: z.literal('pdf'),
    quality: plainQualitySchema
      .default(80)
      .describe('Quality of the pages that are written as JPEG. Pages without loss ignore it.'),
    lossless: z
      .boolean()
      .default(false)
      .describe('Keeps every pixel of the pages: they are compressed as in a PNG.'),
    dpi: z
      .number()
      .min(1)
      .max(2400)
      .default(DEFAULT_DPI)
      .describe(
        'Pixels per inch of a page, if the upload does not state its resolution: the size of the paper follows from it.',
      ),
  })
  .meta({
    description:
      'A document. With `pages`, one file has all of them: `KEY/NAME.pdf`. Pages in black and white are written without loss as CCITT Group 4, others as JPEG. A JPEG or a fax that the steps do not change, except to make it upright, is not decoded: the document has its own data.',
  });

export type PdfOptions = z.output<typeof pdfSchema>;

/** The picture of a page. Readers of PDF decode a baseline JPEG row by row. */
export function setPdf(image: Sharp, { lossless }: PdfOptions, quality: number): Sharp {
  return lossless
    ? image.png({ adaptiveFiltering: true, palette: false })
    : image.jpeg({ quality, progressive: false, quantisationTable: 3 });
}
