import sharp, { type Sharp } from 'sharp';
import type { PictureFormat } from '../image-engine.ts';
import { uprightOperations } from '../orientation.ts';
import { paintScene } from './scene.ts';

export interface SampleOptions {
  /** Pixels, as displayed; default 640×480. */
  readonly width?: number;
  readonly height?: number;
  readonly format?: PictureFormat;
  /** EXIF orientation, 1 (default) to 8. Viewers display the sample upright. */
  readonly orientation?: number;
  readonly seed?: number;
  /** More EXIF, by directory and tag. */
  readonly exif?: {
    IFD0?: Record<string, string>;
    IFD2?: Record<string, string>;
    IFD3?: Record<string, string>;
  };
  /** A soft-edged hole in the middle. */
  readonly alpha?: boolean;
  readonly progressive?: boolean;
  /** Embeds a profile, and converts the pixels to it. */
  readonly profile?: 'srgb' | 'p3';
}

/** Frames of an animated sample, and how long each is shown, ms. */
interface AnimationOptions {
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  readonly delay?: number;
}

function openScene({ width = 640, height = 480, seed = 1 }: SampleOptions): Sharp {
  const { data } = paintScene(width, height, seed);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function hole({ width = 640, height = 480 }: SampleOptions): Buffer {
  const data = Buffer.alloc(width * height);
  const radius = Math.min(width, height) / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot(x - width / 2, y - height / 2) - radius;
      data[y * width + x] = Math.max(0, Math.min(255, 128 + distance * 16));
    }
  }
  return data;
}

/** Stores pixels like a rotated camera: the inverse of `uprightOperations`. */
function store(upright: Sharp, orientation: number): Sharp {
  const { flip, flop, angle } = uprightOperations(orientation);
  // The inverse of `uprightOperations` rotates first, but sharp mirrors before it rotates: before a quarter turn, flip
  // and flop are exchanged.
  const swap = angle % 180 === 90;
  return upright
    .flip(swap ? flop : flip)
    .flop(swap ? flip : flop)
    .rotate((360 - angle) % 360);
}

/** Makes a photo-like file. The same options give the same bytes. */
export async function sample(options: SampleOptions = {}): Promise<Buffer> {
  const { format = 'jpeg', orientation = 1, exif = {}, progressive = false, profile } = options;
  const { width = 640, height = 480 } = options;
  let image = store(openScene(options), orientation);
  if (options.alpha) {
    const data = await openScene(options)
      .joinChannel(hole(options), { raw: { width, height, channels: 1 } })
      .raw()
      .toBuffer();
    image = store(sharp(data, { raw: { width, height, channels: 4 } }), orientation);
  }
  image.withExif({ IFD0: {}, IFD2: {}, IFD3: {}, ...exif });
  if (orientation !== 1) image.withMetadata({ orientation });
  image.withIccProfile(profile ?? 'srgb', { attach: profile !== undefined });
  return image
    .toFormat(format, format === 'jpeg' || format === 'png' ? { progressive } : {})
    .toBuffer();
}

/** A moving picture as GIF or WebP. */
export async function animatedSample(
  format: 'gif' | 'webp',
  { width = 64, height = 48, frames = 3, delay = 100 }: AnimationOptions = {},
): Promise<Buffer> {
  const rolls = Array.from({ length: frames }, (_, frame) => paintScene(width, height, frame + 1));
  return sharp(Buffer.concat(rolls.map(({ data }) => data)), {
    raw: { width, height: height * frames, channels: 3, pageHeight: height },
  })
    .toFormat(format, { delay: Array.from({ length: frames }, () => delay), loop: 0 })
    .toBuffer();
}
