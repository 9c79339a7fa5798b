/** JPEG files with one broken segment, for every segment. */
import { sample } from '@darkroom/transforms/testing';
import { jpeg, SCAN } from '@darkroom/transforms/testing/structure/jpeg.ts';
import { latin1, type Piece } from '@darkroom/transforms/testing/structure/piece.ts';
import { item, type HostileUpload } from './hostile-upload.ts';

const photo = () => sample({ width: 64, height: 48, orientation: 6, profile: 'p3' });
/** Number of segments of `photo`; a test checks it. */
export const SEGMENTS = 13;

/** libjpeg reports a missing marker as corrupt, and ignores an additional one. */
const EITHER = ['DONE', 'CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT'] as const;

function broken(change: (pieces: readonly Piece[], at: number) => readonly Piece[], at: number) {
  return async () => jpeg.join(change(jpeg.split(await photo()), at));
}

/** Replaces the two bytes of the marker: the segment is lost or read as pixels. */
function overwritten(at: number) {
  return async () => {
    const pieces = jpeg.split(await photo());
    const file = jpeg.join(pieces);
    const place = jpeg.join(pieces.slice(0, at)).length;
    return Buffer.concat([file.subarray(0, place), latin1('\0\0'), file.subarray(place + 2)]);
  };
}

function inEveryPosition(at: number): readonly HostileUpload[] {
  return [
    item(
      `a JPEG without its segment ${at}`,
      EITHER,
      broken((all) => all.toSpliced(at, 1), at),
    ),
    item(`a JPEG with zeros for its marker ${at}`, EITHER, overwritten(at)),
    item(
      `a JPEG whose segment ${at} says that it is longer than the file`,
      EITHER,
      broken(
        (all) => all.map((piece, index) => (index === at ? { ...piece, declared: 0xfff0 } : piece)),
        at,
      ),
    ),
    item(
      `a JPEG that ends in its segment ${at}`,
      ['CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'DONE'],
      broken(
        (all) =>
          all
            .slice(0, at + 1)
            .map((piece, index) =>
              index === at ? { type: SCAN, data: jpeg.join([piece]).subarray(0, -1) } : piece,
            ),
        at,
      ),
    ),
  ];
}

export const MARKERS = Array.from({ length: SEGMENTS }, (_, at) => inEveryPosition(at)).flat();
