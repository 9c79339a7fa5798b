import { ImageError } from '../../image-error.ts';

/**
 * A copy of a TIFF that has only one of its pages: the header points to its directory, which names no next one (TIFF 6.0,
 * section 2, and BigTIFF). Decoders would read the directories of all pages again for each page.
 *
 * @param page from 1
 * @throws ImageError `CORRUPT_IMAGE` if the chain of directories ends before that page
 */
export function tiffPage(source: Uint8Array, page: number): Uint8Array {
  const file = Buffer.from(source);
  const little = file[0] === 0x49;
  const u16 = (at: number) => (little ? file.readUInt16LE(at) : file.readUInt16BE(at));
  const u32 = (at: number) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const u64 = (at: number) => Number(little ? file.readBigUInt64LE(at) : file.readBigUInt64BE(at));
  try {
    const big = u16(2) === 43;
    const offset = big ? u64 : u32;
    const offsetBytes = big ? 8 : 4;
    const header = big ? 8 : 4;
    const nextOf = (directory: number) =>
      directory + (big ? 8 + u64(directory) * 20 : 2 + u16(directory) * 12);
    let at = header;
    for (let left = page; left > 1; left -= 1) at = nextOf(offset(at));
    const directory = offset(at);
    const next = nextOf(directory);
    if (directory === 0 || next + offsetBytes > file.length) throw new RangeError('no such page');
    file.copy(file, header, at, at + offsetBytes);
    file.fill(0, next, next + offsetBytes);
    return file;
  } catch (cause) {
    throw new ImageError('CORRUPT_IMAGE', `the tiff cannot be read: page ${page} is damaged`, {
      cause,
    });
  }
}
