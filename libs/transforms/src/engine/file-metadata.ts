import sharp, { type Metadata, type Sharp } from 'sharp';
import type { FileStage } from '../plan/types.ts';
import { exifToKeep } from './exif-to-keep.ts';
import { inSixteenBits } from './picture.ts';
import type { Upload } from './upload.ts';
import { withoutPosition } from './xmp.ts';

/** The upload's header, where something of it goes into the file. */
export async function headerFor(
  { settings, mode }: FileStage,
  { source }: Upload,
): Promise<Metadata | undefined> {
  const { tags, xmp } = settings.metadata;
  const isNeeded = tags.length > 0 || xmp || mode.animated;
  // As strict as `inspect`, which has read the same header before.
  return isNeeded
    ? sharp(source, { failOn: 'error', limitInputPixels: false }).metadata()
    : undefined;
}

/** Sets the colours that the file is written in, and the profile that says so. */
function setColours(image: Sharp, { settings, mode }: FileStage): void {
  if (settings.colourspace === 'p3') image.withIccProfile('p3');
  else if (mode.keepColours) image.keepIccProfile();
  else if (settings.metadata.icc) image.withIccProfile('srgb');
}

/**
 * What the file says beside its pixels, to be set on every image that it is written from. Pixels that nothing made
 * upright keep their orientation tag, the one piece of metadata without which the picture would lie on its side.
 */
export async function fileMetadata(
  stage: FileStage,
  header: Metadata | undefined,
): Promise<(image: Sharp) => Sharp> {
  const { metadata } = stage.settings;
  const { orientation } = stage.shape;
  const exif = await exifToKeep(header, metadata.tags);
  const packet = metadata.xmp ? header?.xmpAsString : undefined;
  const xmp = packet && !metadata.position ? withoutPosition(packet) : packet;
  return (image) => {
    if (exif) image.withExif(exif);
    if (orientation !== 1) {
      // The tag comes only with `withMetadata`, which also embeds a profile.
      image.withMetadata({ orientation }).withIccProfile('srgb', { attach: false });
    }
    if (xmp) image.withXmp(xmp);
    if (stage.mode.depth === 16) inSixteenBits(image);
    setColours(image, stage);
    return image;
  };
}
