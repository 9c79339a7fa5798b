/** JPEG markers (ITU-T T.81, table B.1). */
const START = 0xd8;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
/** What an ICC profile's segment begins with (ICC.1:2022, annex B.4), then its number and how many there are. */
const TAG = Buffer.from('ICC_PROFILE\0', 'latin1');
/** A segment's length has 16 bits and counts itself. */
const MOST = 0xffff - 2 - TAG.length - 2;

/** Where the segments of JFIF and EXIF end, which other programs expect first. */
function afterFirstSegments(jpeg: Buffer): number {
  let at = 2;
  while (jpeg[at] === 0xff && (jpeg[at + 1] === APP0 || jpeg[at + 1] === APP1)) {
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return at;
}

/**
 * Puts a profile into a JPEG that has none, every other byte as it was.
 * @throws RangeError if it is not a JPEG, or the profile is too large for one segment
 */
export function attachProfile(jpeg: Buffer, profile: Uint8Array): Buffer {
  if (jpeg[0] !== 0xff || jpeg[1] !== START) throw new RangeError('This is no JPEG');
  if (profile.length > MOST) throw new RangeError(`The profile has more than ${MOST} bytes`);
  const head = Buffer.from([0xff, APP2, 0, 0]);
  head.writeUInt16BE(2 + TAG.length + 2 + profile.length, 2);
  const at = afterFirstSegments(jpeg);
  return Buffer.concat([
    jpeg.subarray(0, at),
    head,
    TAG,
    Buffer.from([1, 1]),
    profile,
    jpeg.subarray(at),
  ]);
}
