import { encode as encodeBlurHash } from 'blurhash';
import { rgbaToThumbHash } from 'thumbhash';
import type { PlaceholderParts, RenderedPlaceholder } from '../../image-engine.ts';
import type { Frame } from './picture.ts';

/** Components of a BlurHash, more along the longer side, as in its examples (https://github.com/woltapp/blurhash). */
const [LONG, SHORT] = [4, 3];

/** Makes the placeholder from a small upright picture. */
export async function placeholderOf(
  frame: Frame,
  parts: PlaceholderParts,
): Promise<RenderedPlaceholder> {
  const rgba = await rgbaOf(frame);
  return {
    kind: 'placeholder',
    ...(parts.thumbhash && {
      thumbhash: Buffer.from(rgbaToThumbHash(frame.width, frame.height, rgba)).toString('base64'),
    }),
    ...(parts.blurhash && { blurhash: await blurHashOf(frame) }),
    ...(parts.dominantColour && { dominantColour: dominantColour(rgba) }),
  };
}

/** A pipeline of sharp takes longer than so few pixels need. */
async function rgbaOf(frame: Frame): Promise<Uint8Array> {
  const { data, channels } = frame;
  if (channels !== 3 || data instanceof Uint16Array) {
    return frame.open().ensureAlpha().raw().toBuffer();
  }
  const rgba = new Uint8Array((data.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba.set(data.subarray(from, from + 3), to);
  }
  return rgba;
}

async function blurHashOf(frame: Frame): Promise<string> {
  const { data, info } = await frame
    .open()
    .flatten({ background: '#ffffff' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const isPortrait = info.height > info.width;
  const [x, y] = isPortrait ? [SHORT, LONG] : [LONG, SHORT];
  return encodeBlurHash(new Uint8ClampedArray(data), info.width, info.height, x, y);
}

/** Width of a colour bin, of 255. */
const BIN = 32;
const BINS = 256 / BIN;
/** Pixels with a smaller alpha, 0 to 255, do not count. */
const OPAQUE = 128;

const hex = (channel: number) => Math.round(channel).toString(16).padStart(2, '0');

/** Mean colour of the fullest bin, as `#rrggbb`; white if no pixel is opaque. */
export function dominantColour(rgba: Uint8Array): string {
  const bins = new Map<number, { count: number; r: number; g: number; b: number }>();
  let fullest = { count: 0, r: 255, g: 255, b: 255 };
  for (let i = 0; i + 3 < rgba.length; i += 4) {
    // No subarrays: they would be thousands of objects for the garbage collector.
    const r = rgba[i] ?? 0;
    const g = rgba[i + 1] ?? 0;
    const b = rgba[i + 2] ?? 0;
    if ((rgba[i + 3] ?? 0) < OPAQUE) continue;
    const key = (Math.floor(r / BIN) * BINS + Math.floor(g / BIN)) * BINS + Math.floor(b / BIN);
    let bin = bins.get(key);
    if (!bin) bins.set(key, (bin = { count: 0, r: 0, g: 0, b: 0 }));
    bin.count += 1;
    bin.r += r;
    bin.g += g;
    bin.b += b;
    if (bin.count > fullest.count) fullest = bin;
  }
  const { count, r, g, b } = fullest;
  const share = Math.max(1, count);
  return `#${hex(r / share)}${hex(g / share)}${hex(b / share)}`;
}
