import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sample } from '../../testing/samples.ts';
import { pdfSchema, setPdf } from './pdf.ts';

const photo = await sample({ width: 64, height: 48, format: 'png' });

test.each([
  [{}, sharp(photo).jpeg({ quality: 70, quantisationTable: 3 })],
  [{ lossless: true }, sharp(photo).png({ adaptiveFiltering: true })],
])('the picture of a page is a baseline JPEG, or a PNG without a palette: %j', async (options, wanted) => {
  const given = pdfSchema.parse({ format: 'pdf', ...options });
  const made = await setPdf(sharp(photo), given, 70).toBuffer();
  expect(made.equals(await wanted.toBuffer())).toBe(true);
}); // prettier-ignore
