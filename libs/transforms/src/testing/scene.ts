/** 8-bit RGB pixels, row by row. */
interface Scene {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: readonly [number, number, number];
}

const DISCS = 9;
/** Sensor noise, steps of 255. */
const NOISE = 10;

/**
 * Paints a scene with the properties of a photo: gradients, soft and hard edges, fine texture, noise. The same seed gives
 * the same scene. The four corners differ, which makes rotations and mirrorings detectable.
 */
export function paintScene(width: number, height: number, seed = 1): Scene {
  const random = seededRandom(seed);
  const discs: Disc[] = Array.from({ length: DISCS }, () => ({
    x: random() * width,
    y: random() * height,
    radius: (0.05 + random() * 0.2) * Math.min(width, height),
    colour: [random() * 255, random() * 255, random() * 255],
  }));
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      // Sky above, ground below, a fine texture on the ground.
      const texture = v > 0.6 ? 18 * Math.sin(x * 0.9) * Math.sin(y * 0.7) : 0;
      let colour: readonly number[] = [
        60 + 130 * v + 40 * u,
        110 + 60 * (1 - v) + texture,
        220 - 150 * v + 20 * u + texture,
      ];
      for (const disc of discs) {
        const distance = Math.hypot(x - disc.x, y - disc.y);
        if (distance < disc.radius) {
          const shade = 1 - 0.4 * (distance / disc.radius);
          colour = disc.colour.map((channel) => channel * shade);
        }
      }
      // A red corner mark at the top left says which way is up.
      if (u < 0.08 && v < 0.08) colour = [230, 20, 20];
      const noise = (random() - 0.5) * NOISE;
      colour.forEach((channel, band) => {
        data[(y * width + x) * 3 + band] = Math.max(0, Math.min(255, Math.round(channel + noise)));
      });
    }
  }
  return { data, width, height };
}

/** Numbers from 0 to below 1 that a seed decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
