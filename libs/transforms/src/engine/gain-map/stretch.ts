import sharp from 'sharp';
import { liesOnItsSide } from '../../builtin/orientation.ts';
import type { SourceFacts } from '../../types.ts';
import type { Upload } from '../upload.ts';
import type { GainMap } from './read-gain-map.ts';

/**
 * The map as a picture of the upload's size and orientation, so that the upload's steps mean the same to it; nothing
 * where its pixels are damaged.
 */
export async function stretched(
  { picture, isColoured }: GainMap,
  { width, height, orientation }: SourceFacts,
): Promise<Upload | undefined> {
  const stored = liesOnItsSide(orientation) ? { width: height, height: width } : { width, height };
  const image = sharp(picture, { failOn: 'error', ignoreIcc: true })
    .resize({ ...stored, fit: 'fill', kernel: 'linear' })
    .toColourspace(isColoured ? 'srgb' : 'b-w');
  // The tag comes only with `withMetadata`, which also embeds a profile.
  if (orientation !== 1)
    image.withMetadata({ orientation }).withIccProfile('srgb', { attach: false });
  const source = await image
    .png({ compressionLevel: 0 })
    .toBuffer()
    .catch(() => undefined);
  if (!source) return undefined;
  return {
    source,
    facts: {
      format: 'png',
      width,
      height,
      orientation,
      pages: 1,
      bytes: source.length,
      hasAlpha: false,
      progressive: false,
      coding: { depth: 8, space: isColoured ? 'rgb' : 'grey', profile: 'none' },
    },
  };
}
