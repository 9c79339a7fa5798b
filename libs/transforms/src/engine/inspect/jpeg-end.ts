import sharp from 'sharp';
import { ByteReader } from '../../cost/byte-reader.ts';
import { scanJpeg, type JpegStructure } from '../../cost/jpeg.ts';

const EOI = Buffer.from([0xff, 0xd9]);
/** Entropy-coded data that a complete scan does not read. */
const MORE_DATA = [0x55, 0xaa].map((byte) => Buffer.alloc(256, byte));
/** Lines at the bottom of a picture, more than libvips decodes at once. */
const LAST_LINES = 64;

/** The file without its end, if it is a JPEG that lacks only its end marker, or the second byte of the marker. */
function withoutEnd(source: Uint8Array): Buffer | undefined {
  const isJpeg = source[0] === 0xff && source[1] === 0xd8 && source[2] === 0xff;
  const isUsual = source.at(-2) === 0xff && source.at(-1) === 0xd9;
  if (!isJpeg || isUsual) return undefined;
  const structure = scanJpeg(new ByteReader(source));
  if (!structure || structure.ended || !structure.complete) return undefined;
  const length = source.findLastIndex((byte) => byte !== 0xff) + 1;
  return Buffer.from(source.buffer, source.byteOffset, length);
}

/**
 * Adds the end marker to a JPEG that lacks only the marker, for libjpeg would report a premature end. Whether its last
 * scan is complete is known only after decoding: see `isCutAtEnd`, and `failOnOf` for larger parts that are missing.
 */
export function withEndMarker(source: Uint8Array): Uint8Array {
  const file = withoutEnd(source);
  return file ? Buffer.concat([file, EOI]) : source;
}

/**
 * Whether the last lines of a JPEG without an end marker are cut. libvips does not report warnings of the last lines that
 * it decodes. If the scan is cut, data that follows it becomes part of the picture.
 *
 * @throws Error of the decoder
 */
export async function isCutAtEnd(
  source: Uint8Array,
  { width, height, ended, held }: JpegStructure,
): Promise<boolean> {
  const file = ended || held ? undefined : withoutEnd(source);
  if (!file) return false;
  const lines = Math.min(height, LAST_LINES);
  const decode = (more: Buffer) =>
    sharp(Buffer.concat([file, more, EOI]), { failOn: 'none', limitInputPixels: false })
      .extract({ left: 0, top: height - lines, width, height: lines })
      .raw()
      .toBuffer();
  const expected = await decode(Buffer.alloc(0));
  for (const more of MORE_DATA) if (!expected.equals(await decode(more))) return true;
  return false;
}
