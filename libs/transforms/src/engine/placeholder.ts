import { rgbaToThumbHash } from 'thumbhash';
import type { RenderedPlaceholder } from '../types.ts';
import { dominantColour } from './dominant-colour.ts';
import type { Frame } from './picture.ts';

/** Makes the placeholder of an upright picture of at most 100×100 pixels. */
export async function placeholderOf(frame: Frame): Promise<RenderedPlaceholder> {
  const { data, info } = await frame
    .open()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const thumbhash = rgbaToThumbHash(info.width, info.height, data);
  return {
    kind: 'placeholder',
    thumbhash: Buffer.from(thumbhash).toString('base64'),
    dominantColour: dominantColour(data),
  };
}
