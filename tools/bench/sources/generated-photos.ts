import sharp from 'sharp';
import { paintScene } from '@darkroom/transforms/testing';

/** A photo with its name, for the tables. */
export interface Photo {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Pixels as stored, and EXIF orientation: a camera held straight, one on its side, a smaller picture. */
const SHOTS = [
  { width: 4000, height: 3000, orientation: 1 },
  { width: 3264, height: 2448, orientation: 6 },
  { width: 2048, height: 1536, orientation: 1 },
] as const;

/**
 * Photo-like pictures: sky and ground, round things in all colours with hard edges and soft shades, texture, noise.
 * @param scale of the sides, for tests
 * @param first index of the first picture; they become smaller
 */
export async function generatedPhotos(scale = 1, first = 0): Promise<readonly Photo[]> {
  const photos: Photo[] = [];
  for (const [seed, { orientation, ...size }] of [...SHOTS.entries()].slice(first)) {
    const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    const { data } = paintScene(width, height, seed + 1);
    const image = sharp(data, { raw: { width, height, channels: 3 } })
      .withMetadata({ orientation, exif: { IFD0: { Make: 'Darkroom', Model: 'Paint' } } })
      .withIccProfile('srgb', { attach: false })
      .jpeg({ quality: 92 });
    photos.push({ name: `generated ${width}×${height}`, bytes: await image.toBuffer() });
  }
  return photos;
}
