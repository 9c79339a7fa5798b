/**
 * Two TIFFs of 16×8 grey pixels with the same MD5 and size: an identical-prefix collision of Marc Stevens's fastcoll,
 * whose two blocks are the pixels. Six pixels differ by 128 levels.
 */
const FIRST = Buffer.from(
  'SUkqAAgAAAAJAAABAwABAAAAEAAAAAEBAwABAAAACAAAAAIBAwABAAAACAAAAAMBAwABAAAAAQAA' +
    'AAYBAwABAAAAAQAAABEBBAABAAAAgAAAABUBAwABAAAAAQAAABYBAwABAAAACAAAABcBBAABAAAA' +
    'gAAAAAAAAAAAAAAAAAATybgQ2ATN2T3eCmXMc8PfyYQ0k4mt5uMKNoFhD0AaE1DF8ti6JUSpx+PA' +
    'GgVW87LFnXEA/gdmwEvQ91MJcG6LMfl2Q2iptweQtpCyZW0mJdszmTfQZsA8Jj3x1s0b3c6FjzoE' +
    '7vzYhe5A0XGMpNZe5uBTwZ/YEwC366jZRCZw7g==',
  'base64',
);
const DIFFERENT_BYTES = [147, 173, 187, 211, 237, 251];

/** @returns both, `first` and `second` */
export function md5Twins(): { readonly first: Buffer; readonly second: Buffer } {
  const second = Buffer.from(FIRST);
  for (const offset of DIFFERENT_BYTES) second.writeUInt8(second.readUInt8(offset) ^ 0x80, offset);
  return { first: Buffer.from(FIRST), second };
}
