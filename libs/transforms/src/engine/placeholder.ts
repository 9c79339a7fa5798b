import { encode as encodeBlurHash } from 'blurhash';
import { rgbaToThumbHash } from 'thumbhash';
import type { PlaceholderParts, RenderedPlaceholder } from '../types.ts';
import { dominantColour } from './dominant-colour.ts';
import type { Frame } from './picture.ts';

/** Of a BlurHash: what its own examples use, more along the longer side (https://github.com/woltapp/blurhash). */
const [LONG, SHORT] = [4, 3];

/** Makes the placeholder of an upright picture of at most 100×100 pixels. */
export async function placeholderOf(
  frame: Frame,
  parts: PlaceholderParts,
): Promise<RenderedPlaceholder> {
  const { data, info } = await frame
    .open()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    kind: 'placeholder',
    ...(parts.thumbhash && {
      thumbhash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    }),
    ...(parts.blurhash && { blurhash: await blurHashOf(frame) }),
    ...(parts.dominantColour && { dominantColour: dominantColour(data) }),
  };
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
