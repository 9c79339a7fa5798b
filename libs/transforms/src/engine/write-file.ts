import sharp, { type Metadata, type Sharp } from 'sharp';
import { setEncoder } from '../builtin/encode.ts';
import type { FileStage } from '../plan/types.ts';
import { exifToKeep } from './exif-to-keep.ts';
import { frameOf } from './picture.ts';
import type { Upload } from './upload.ts';

/** An encoded file. */
export interface EncodedFile {
  readonly bytes: Buffer;
  /** Pixels; one page of an animation. */
  readonly width: number;
  readonly height: number;
}

/**
 * Sets what the file says beside its pixels. Pixels that nothing made upright keep their orientation tag, the one
 * piece of metadata without which the picture would lie on its side.
 */
async function setMetadata(
  image: Sharp,
  stage: FileStage,
  header: Metadata | undefined,
): Promise<void> {
  const { metadata, colourspace } = stage.settings;
  const exif = await exifToKeep(header?.exif, metadata.tags);
  if (exif) image.withExif(exif);
  const { orientation } = stage.shape;
  if (orientation !== 1) {
    // The tag comes only with `withMetadata`, which also embeds a profile.
    image.withMetadata({ orientation }).withIccProfile('srgb', { attach: false });
  }
  const xmp = metadata.xmp ? header?.xmpAsString : undefined;
  if (xmp) image.withXmp(xmp);
  if (stage.mode.keepColours) image.keepIccProfile();
  else if (metadata.icc && colourspace === 'srgb') image.withIccProfile('srgb');
}

/** The upload's header, where something of it goes into the file. */
async function headerFor({ settings, mode }: FileStage, { source }: Upload) {
  const { tags, xmp } = settings.metadata;
  const isNeeded = tags.length > 0 || xmp || mode.animated;
  return isNeeded ? sharp(source, { limitInputPixels: false }).metadata() : undefined;
}

/** Encodes the pixels of a lazy pipeline as the stage's settings say. */
export async function writeFile(
  pipeline: Sharp,
  stage: FileStage,
  upload: Upload,
): Promise<EncodedFile> {
  // `withMetadata` would keep all that the upload has; pixels that were laid down have nothing to keep.
  const image =
    stage.shape.orientation === 1 || stage.mode.animated
      ? pipeline
      : (await frameOf(pipeline, stage)).open();
  const { encode } = stage.settings;
  const { width, height } = stage.shape;
  if (stage.mode.depth === 16) image.toColourspace('rgb16');
  const header = await headerFor(stage, upload);
  await setMetadata(image, stage, header);
  const { delay, loop } = header ?? {};
  setEncoder(image, encode, {
    longerSide: Math.max(width, height),
    // libvips leaves it out of raw pixels.
    ...(stage.mode.animated && delay ? { delay } : {}),
    ...(stage.mode.animated && loop !== undefined ? { loop } : {}),
  });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.pageHeight ?? info.height };
}
