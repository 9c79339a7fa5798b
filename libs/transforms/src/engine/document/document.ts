import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import type { PageImage } from './page-image.ts';
import type { PageLayout } from './page-layout.ts';

// The function loads this file with the first PDF that it writes. Here and in the files below, import nothing of Darkroom at
// run time: the function's start would have it in a file of its own.
export { faxImage } from './fax-image.ts';
export { jpegImage } from './jpeg-image.ts';
export { packedImage } from './packed-image.ts';
export { pageLayout } from './page-layout.ts';
export { pngImage } from './png-image.ts';

const DEVICE = { 1: 'DeviceGray', 3: 'DeviceRGB', 4: 'DeviceCMYK' } as const;

/** Neither dates nor identifiers: the same pages give the same bytes. */
const PLAIN = { updateMetadata: false } as const;

async function bytesOf(document: PDFDocument): Promise<Uint8Array> {
  return document.save({
    useObjectStreams: false,
    addDefaultPage: false,
    updateFieldAppearances: false,
    objectsPerTick: Infinity,
  });
}

/** A document of one page. */
export async function writePage(
  image: PageImage,
  { size, placement }: PageLayout,
): Promise<Uint8Array> {
  const { width, height, components, bits, icc, isInverted, filter, parameters, data } = image;
  const document = await PDFDocument.create(PLAIN);
  const { context } = document;
  const device = DEVICE[components];
  const profile =
    icc && context.register(context.flateStream(icc, { N: components, Alternate: device }));
  const picture = context.stream(data, {
    Type: 'XObject',
    Subtype: 'Image',
    ...{ Width: width, Height: height, BitsPerComponent: bits },
    ColorSpace: profile ? ['ICCBased', profile] : device,
    ...(isInverted && { Decode: [1, 0, 1, 0, 1, 0, 1, 0] }),
    Filter: filter,
    ...(parameters && { DecodeParms: { ...parameters } }),
  });
  const { node } = document.addPage([...size]);
  node.setXObject(PDFName.of('Im0'), context.register(picture));
  const content = context.stream(`q ${placement.join(' ')} cm /Im0 Do Q`);
  node.set(PDFName.of('Contents'), context.register(content));
  return bytesOf(document);
}

/** A document of these documents' pages, one of each. */
export async function joinPages(pages: readonly Uint8Array[]): Promise<Uint8Array> {
  const document = await PDFDocument.create(PLAIN);
  for (const page of pages) {
    const [copy] = await document.copyPages(await PDFDocument.load(page, PLAIN), [0]);
    if (copy) document.addPage(copy);
  }
  return bytesOf(document);
}
