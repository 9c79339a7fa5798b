/** What a picture shows: one colour, noise, or smooth shapes with grain as in a photo. */
export const CONTENTS = ['flat', 'noise', 'photo'] as const;
export type Content = (typeof CONTENTS)[number];

/** Pixels of `channels` bytes each, the same for the same arguments. */
export function pixels(width: number, height: number, channels: number, content: Content): Buffer {
  const data = Buffer.alloc(width * height * channels, 90);
  if (content === 'flat') return data;
  const across = Float64Array.from({ length: width }, (_, x) => 128 + 60 * Math.sin(x / 90));
  let state = 0x2545f491;
  for (let at = 0; at < data.length; at += 1) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const noise = state & 255;
    if (content === 'noise') data[at] = noise;
    else {
      const pixel = Math.floor(at / channels);
      data[at] = (across[pixel % width] ?? 0) + ((pixel / width) & 63) + noise / 32;
    }
  }
  return data;
}
