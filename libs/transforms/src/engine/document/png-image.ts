import { inflateSync } from 'node:zlib';
import type { PageImage } from './page-image.ts';

/** Colour types of PNG with the components that they have. */
const COMPONENTS: Readonly<Record<number, PageImage['components']>> = { 0: 1, 2: 3 };
/** Each row begins with its own filter, as in PNG (ISO 32000-1, table 10). */
const PNG_FILTERS = 15;

/** A plain PNG of 8 bits for a PDF, with its compressed data as it is. */
export function pngImage(file: Buffer): PageImage {
  const data: Buffer[] = [];
  let header: Buffer | undefined;
  let icc: Buffer | undefined;
  for (let at = 8; at + 8 <= file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const content = file.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = content;
    if (type === 'IDAT') data.push(content);
    // After the name and the method.
    if (type === 'iCCP') icc = inflateSync(content.subarray(content.indexOf(0) + 2));
    at += length + 12;
  }
  const components = COMPONENTS[header?.[9] ?? -1];
  if (!header || !components || header[8] !== 8 || header[12] !== 0)
    throw new Error('not a plain PNG');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return {
    ...{ width, height, components, bits: 8, filter: 'FlateDecode' },
    data: Buffer.concat(data),
    parameters: {
      Predictor: PNG_FILTERS,
      Colors: components,
      BitsPerComponent: 8,
      Columns: width,
    },
    ...(icc && { icc }),
  };
}
