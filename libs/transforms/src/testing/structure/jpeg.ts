import { isExif, splitExif } from './exif.ts';
import { contentOf, uint16, type Piece, type Structure } from './piece.ts';

/** Entropy-coded data after a scan's header: no marker of its own. */
export const SCAN = 'scan';

/** Start and end of image, restarts and TEM have no length (ITU-T T.81, table B.1). */
export function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);
}

export function jpegSegment(marker: number, data: Buffer, declared = data.length): Buffer {
  const head = Buffer.from([0xff, marker]);
  return standsAlone(marker)
    ? Buffer.concat([head, data])
    : Buffer.concat([head, uint16(declared + 2), data]);
}

/** End of the scan that begins at `from`: the next marker other than a restart. */
function endOfScan(file: Buffer, from: number): number {
  for (let at = from; at + 1 < file.length; at++) {
    const next = file[at + 1] ?? 0;
    if (file[at] === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return file.length;
}

/** Segments, by their markers in hex, and the scans between them. */
export const jpeg: Structure = {
  split(file) {
    const pieces: Piece[] = [];
    for (let at = 0; at + 1 < file.length;) {
      const marker = file[at + 1] ?? 0;
      const type = marker.toString(16);
      if (standsAlone(marker)) {
        pieces.push({ type, data: Buffer.alloc(0) });
        at += 2;
        continue;
      }
      const end = at + 2 + file.readUInt16BE(at + 2);
      const data = file.subarray(at + 4, end);
      pieces.push(isExif(data) ? { type, data, inner: splitExif(data) } : { type, data });
      at = end;
      if (marker === 0xda) {
        const scanned = endOfScan(file, at);
        pieces.push({ type: SCAN, data: file.subarray(at, scanned) });
        at = scanned;
      }
    }
    return pieces;
  },
  join: (pieces) =>
    Buffer.concat(
      pieces.map((piece) =>
        piece.type === SCAN
          ? piece.data
          : jpegSegment(Number.parseInt(piece.type, 16), contentOf(piece), piece.declared),
      ),
    ),
};
