import { defineDecoder } from '@darkroom/transforms';
import * as z from 'zod';

const options = z
  .strictObject({
    hdu: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('The HDU to read, from 0, the primary one. Default: the first with an image.'),
    cube: z
      .enum(['pages', 'rgb'])
      .default('pages')
      .describe(
        'What the planes of a cube are: pages, or red, green and blue, the first three of them.',
      ),
  })
  .meta({ description: 'How FITS files are read.', examples: [{ hdu: 1 }] });

/** FITS, as telescopes and observatories write it (FITS standard 4.0). */
export const fits = defineDecoder({
  name: 'fits',
  version: 1,
  formats: ['fits'],
  options,
  detect: (start) =>
    Buffer.from(start.subarray(0, 10)).toString('latin1') === 'SIMPLE  = ' ? 'fits' : undefined,
  async header(source, { page, options }) {
    const { readHeader } = await import('./fits-file.ts');
    return readHeader(source, page, options);
  },
  async read(source, { page, options }) {
    const { readPixels } = await import('./fits-file.ts');
    return readPixels(source, page, options);
  },
});
