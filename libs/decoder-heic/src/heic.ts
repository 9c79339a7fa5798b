import { defineDecoder, heifCodedBytes } from '@darkroom/transforms';

/** Major and compatible brands of HEVC pictures and sequences (ISO/IEC 23008-12, annex B), and the general ones. */
const BRANDS = new Set([
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'],
  ...['mif1', 'mif2', 'msf1'],
]);

/** HEIC and HEIF, as phones and cameras write them. libheif decodes them, as WebAssembly. */
export const heic = defineDecoder({
  name: 'heic',
  version: 1,
  formats: ['heic'],
  detect(start) {
    const text = Buffer.from(start.buffer, start.byteOffset, start.length).toString('latin1');
    if (text.slice(4, 8) !== 'ftyp' || start.length < 16) return undefined;
    const length = new DataView(start.buffer, start.byteOffset).getUint32(0);
    const brands = [text.slice(8, 12), ...(text.slice(16, length).match(/.{4}/gs) ?? [])];
    return brands.some((brand) => BRANDS.has(brand)) ? 'heic' : undefined;
  },
  async header(source) {
    const { readHeader } = await import('./heif-file.ts');
    return readHeader(source, heifCodedBytes(source));
  },
  async read(source) {
    const { readPixels } = await import('./heif-file.ts');
    return readPixels(source);
  },
});
