import { colourSchema, defineDecoder, opacityOf, rgbOf } from '@darkroom/transforms';
import * as z from 'zod';

const options = z
  .strictObject({
    dpi: z
      .number()
      .min(1)
      .max(2400)
      .default(150)
      .describe(
        'Pixels per inch of a page, which is its size for steps and conditions. A recipe whose variants all begin with a `resize` draws the page at their size',
      ),
    background: colourSchema
      .default('#ffffff')
      .describe('Colour of the paper. `transparent` keeps the transparency of the page'),
  })
  .describe('How pages of PDF files are drawn');

/** The header of a PDF may come after other bytes (ISO 32000-1, annex H, note 13). */
const HEADER_WITHIN = 1024;

/** PDF documents. PDFium draws their pages, as WebAssembly. */
export const pdf = defineDecoder({
  name: 'pdf',
  version: 1,
  formats: ['pdf'],
  options,
  scales: true,
  detect(start) {
    const text = Buffer.from(start.subarray(0, HEADER_WITHIN)).toString('latin1');
    return text.includes('%PDF-') ? 'pdf' : undefined;
  },
  async header(source, { page, options: { dpi, background } }) {
    const { readHeader } = await import('./pdf-file.ts');
    return readHeader(source, { page, dpi, hasAlpha: opacityOf(background) < 1 });
  },
  async read(source, { page, size, options: { dpi, background } }) {
    const { readPixels } = await import('./pdf-file.ts');
    const [r, g, b] = rgbOf(background);
    const paper = { r, g, b, alpha: opacityOf(background) };
    return readPixels(source, { page, dpi, size, background: paper });
  },
});
