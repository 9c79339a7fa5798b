import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { RenderedPlaceholder } from '../types.ts';
import type { Frame } from './picture.ts';

const hex = (channel: number) => channel.toString(16).padStart(2, '0');

/** Makes the placeholder of an upright picture of at most 100×100 pixels. */
export async function placeholderOf(frame: Frame): Promise<RenderedPlaceholder> {
  const { data, info } = await frame
    .open()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const thumbhash = rgbaToThumbHash(info.width, info.height, data);
  const opaque = await sharp(data, { raw: info })
    .flatten({ background: '#ffffff' })
    .raw()
    .toBuffer();
  const { dominant } = await sharp(opaque, {
    raw: { width: info.width, height: info.height, channels: 3 },
  }).stats();
  return {
    kind: 'placeholder',
    thumbhash: Buffer.from(thumbhash).toString('base64'),
    dominantColour: `#${hex(dominant.r)}${hex(dominant.g)}${hex(dominant.b)}`,
  };
}
