import sharp, { type Sharp } from 'sharp';
import { createEngine } from '@darkroom/transforms/engine';
import { catalog } from '@darkroom/pipeline';
import { attachProfile } from './jpeg-profile.ts';
import { classOf, type SourceClass } from './source-class.ts';

/** The quality of cameras. It is higher than that of any output, so its artefacts do not dominate. */
const CAMERA_QUALITY = 95;

export async function classOfFile(photo: Buffer): Promise<SourceClass | undefined> {
  const { coding } = await createEngine({ catalog }).inspect(photo);
  return classOf(await sharp(photo).metadata(), coding?.profile ?? 'none');
}

let profile: Promise<Buffer> | undefined;

/** The profile that sharp brings along. */
function srgbProfile(): Promise<Buffer> {
  profile ??= (async () => {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'grey' } });
    const { icc } = await sharp(await image.withIccProfile('srgb').jpeg().toBuffer()).metadata();
    if (!icc) throw new Error('sharp has embedded no profile');
    return icc;
  })();
  return profile;
}

/** Pixels as stored, EXIF kept, the profile gone; enlarged to a number of megapixels when there are fewer. */
async function stored(photo: Buffer, megapixels: number): Promise<Sharp> {
  const { width, height } = await sharp(photo).metadata();
  const factor = Math.sqrt((megapixels * 1e6) / (width * height));
  const image = sharp(photo, { limitInputPixels: false }).keepExif();
  return factor > 1 ? image.resize({ width: Math.round(width * factor) }) : image;
}

/** Makes a photo one of a class, without touching its pixels where that can be. */
export async function derive(
  photo: Buffer,
  wanted: SourceClass,
  { megapixels = 0 }: { readonly megapixels?: number } = {},
): Promise<Buffer> {
  const own = await classOfFile(photo);
  const { width, height } = await sharp(photo).metadata();
  const isLargeEnough = width * height >= megapixels * 1e6;
  if (own === wanted && isLargeEnough) return photo;
  if (own === 'plain' && wanted === 'srgb' && isLargeEnough) {
    return attachProfile(photo, await srgbProfile());
  }
  const image = await stored(photo, megapixels);
  // Upright, as programs write them: not all programs look for an orientation in a PNG.
  if (wanted === 'png') return image.autoOrient().png().toBuffer();
  const jpeg = await image
    .jpeg({
      quality: CAMERA_QUALITY,
      chromaSubsampling: '4:2:0',
      progressive: wanted === 'progressive',
    })
    .toBuffer();
  return wanted === 'srgb' ? attachProfile(jpeg, await srgbProfile()) : jpeg;
}
