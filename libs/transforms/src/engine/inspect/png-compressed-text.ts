const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Length and type precede a chunk's data, a CRC follows it (PNG, third edition, 5.3). */
const HEAD = 8;
const CRC = 4;

function isCompressed(type: string, data: Buffer): boolean {
  if (type === 'zTXt') return true;
  // Keyword, zero, whether it is compressed (11.3.3.4).
  return type === 'iTXt' && data[data.indexOf(0) + 1] === 1;
}

/**
 * Removes compressed text chunks from a PNG. libpng inflates them before the first pixel: 50 kB may become 50 MB. Outputs
 * never need them: sharp reads XMP from an uncompressed chunk. Returns other data unchanged.
 */
export function withoutCompressedText(source: Uint8Array): Uint8Array {
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return source;
  const kept: Buffer[] = [];
  let keptUpTo = 0;
  for (let at = SIGNATURE.length; at + HEAD <= file.length;) {
    const end = at + HEAD + file.readUInt32BE(at) + CRC;
    const type = file.toString('latin1', at + 4, at + HEAD);
    if (isCompressed(type, file.subarray(at + HEAD, end - CRC))) {
      kept.push(file.subarray(keptUpTo, at));
      keptUpTo = Math.min(end, file.length);
    }
    at = end;
  }
  return keptUpTo === 0 ? source : Buffer.concat([...kept, file.subarray(keptUpTo)]);
}
