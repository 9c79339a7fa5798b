import type { TiffStructure } from '../../cost/tiff.ts';
import type { PageImage } from './page-image.ts';

const GROUP_4 = 4;
const BLACK_IS_ZERO = 1;
const LOWEST_BIT_FIRST = 2;

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }, (_bit, bit) => ((byte >> bit) & 1) << (7 - bit)).reduce(
    (sum, bit) => sum | bit,
  ),
);

/**
 * The first page of a TIFF for a PDF, with its compressed data as it is: CCITT Group 4 (ITU-T T.6) in one strip.
 *
 * @returns nothing if the page is coded in another way
 */
export function faxImage(file: Uint8Array, tiff: TiffStructure): PageImage | undefined {
  if (tiff.compression !== GROUP_4 || tiff.depth !== 1 || tiff.samples !== 1) return undefined;
  const { width, height, photometric, dataStart, dataBytes, fillOrder } = tiff;
  const isOneStrip = !tiff.tile && tiff.rowsPerStrip >= height;
  const isThere = dataStart > 0 && dataBytes > 0 && dataStart + dataBytes <= file.length;
  if (!isOneStrip || !isThere || photometric > BLACK_IS_ZERO) return undefined;
  const strip = file.subarray(dataStart, dataStart + dataBytes);
  return {
    ...{ width, height, components: 1, bits: 1, filter: 'CCITTFaxDecode' },
    data: fillOrder === LOWEST_BIT_FIRST ? strip.map((byte) => REVERSED[byte] ?? 0) : strip,
    parameters: {
      K: -1,
      Columns: width,
      Rows: height,
      // Group 4 knows black and white; which one is a zero decides what a TIFF shows.
      BlackIs1: photometric === BLACK_IS_ZERO,
    },
  };
}
