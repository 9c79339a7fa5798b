/** Size of the grey picture that a hash is made of, pixels: one more column than bits in a row. */
export const HASH_WIDTH = 9;
export const HASH_HEIGHT = 8;

/**
 * A bit for each pixel and its right neighbour, row by row, 1 where it gets lighter (Neal Krawetz, "Kind of Like That",
 * hackerfactor.com, 2013).
 * @param grey 9×8 bytes
 * @returns 16 hex digits
 */
export function differenceHash(grey: Uint8Array): string {
  let bits = 0n;
  for (let y = 0; y < HASH_HEIGHT; y++) {
    for (let x = 0; x < HASH_WIDTH - 1; x++) {
      const at = y * HASH_WIDTH + x;
      bits = (bits << 1n) | ((grey[at] ?? 0) < (grey[at + 1] ?? 0) ? 1n : 0n);
    }
  }
  return bits.toString(16).padStart(16, '0');
}
