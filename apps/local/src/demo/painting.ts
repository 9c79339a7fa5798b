import sharp, { type Sharp } from 'sharp';

/** Pixels of the painted photo. */
const WIDTH = 960;
const HEIGHT = 640;

/** Repeats itself: the same demo uploads the same bytes (mulberry32, a small well-known generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Colour = readonly [number, number, number];

interface Palette {
  readonly sky: Colour;
  readonly horizon: Colour;
  readonly sun: Colour;
  readonly hill: Colour;
}

const DAY: Palette = {
  sky: [58, 108, 178],
  horizon: [236, 201, 168],
  sun: [255, 236, 190],
  hill: [44, 70, 58],
};
const PALETTES: readonly Palette[] = [
  DAY,
  { sky: [38, 30, 74], horizon: [240, 120, 84], sun: [255, 214, 150], hill: [30, 22, 34] },
  { sky: [120, 164, 196], horizon: [226, 232, 232], sun: [255, 255, 246], hill: [86, 108, 78] },
  { sky: [16, 22, 46], horizon: [70, 92, 132], sun: [244, 240, 224], hill: [10, 14, 22] },
];

function mix(from: number, to: number, amount: number): number {
  return from + (to - from) * Math.min(1, Math.max(0, amount));
}

/** Height of a range of hills at `x`, from 0 (top) to 1; the sines make ridges that no two seeds share. */
function ridge(x: number, seed: number, base: number, steepness: number): number {
  const waves = [1.7, 3.9, 8.3, 17].map(
    (frequency, index) => Math.sin(x * frequency + seed * (index + 1)) / (index * 1.8 + 1),
  );
  return base - steepness * waves.reduce((sum, wave) => sum + wave, 0);
}

/**
 * A landscape with what photos have: smooth gradients, edges, a bright spot and the grain of a sensor.
 * @param seed picks palette, sun and hills
 */
export function paintLandscape(seed: number): Sharp {
  const random = randomNumbers(seed);
  const { sky, horizon, sun, hill } = PALETTES[seed % PALETTES.length] ?? DAY;
  const sunX = 0.2 + random() * 0.6;
  const sunY = 0.25 + random() * 0.2;
  // Clamped: grain at the edges of what a byte holds stays there.
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * 3);
  for (let x = 0; x < WIDTH; x += 1) {
    const across = x / WIDTH;
    const ridges = [0.62, 0.72, 0.84].map((base, layer) =>
      ridge(across * (2 + layer), seed + layer * 7, base, 0.05),
    );
    for (let y = 0; y < HEIGHT; y += 1) {
      const down = y / HEIGHT;
      const layer = ridges.findLastIndex((top) => down > top);
      const far = Math.hypot((across - sunX) * 1.5, down - sunY);
      const glow = far < 0.06 ? 1 : 0.35 - far;
      const grain = (random() - 0.5) * 14;
      const at = (y * WIDTH + x) * 3;
      for (const channel of [0, 1, 2] as const)
        pixels[at + channel] =
          grain +
          (layer < 0
            ? mix(mix(sky[channel], horizon[channel], down * 1.5), sun[channel], glow)
            : mix(hill[channel], horizon[channel], 0.5 - layer * 0.22));
    }
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

/** A disc on nothing: what an icon with an alpha channel is like. */
export function paintBadge(size: number, colour: string): Sharp {
  const half = size / 2;
  return sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">
        <circle cx="${half}" cy="${half}" r="${half * 0.9}" fill="${colour}" fill-opacity="0.85"/>
        <circle cx="${half}" cy="${half}" r="${half * 0.4}" fill="none" stroke="#fff" stroke-width="${size / 16}"/>
      </svg>`,
    ),
  );
}

/** A few badges in a row of colours, one after the other. */
export async function paintAnimation(): Promise<Uint8Array> {
  const frames = await Promise.all(
    ['#c2402a', '#d98c2b', '#3f7f5f', '#35608f'].map((colour) =>
      paintBadge(240, colour).flatten({ background: '#f6f2ec' }).png().toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: frames.map(() => 180), loop: 0 })
    .toBuffer();
}
