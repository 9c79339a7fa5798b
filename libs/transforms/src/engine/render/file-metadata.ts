import sharp, { type Metadata, type Sharp } from 'sharp';
import { EXIF_TAGS, type ExifTag } from '../../builtin/metadata.ts';
import type { FileStage } from '../../plan/render-plan.ts';
import { readExif } from '../metadata/exif.ts';
import { readRights } from '../metadata/xmp-and-iptc.ts';
import { allowedXmp, xmpPacket } from '../metadata/xmp-packet.ts';
import { inSixteenBits } from './picture.ts';
import type { Upload } from './upload.ts';

/** Strings by directory and tag, the form that sharp's `withExif` requires. */
type ExifTexts = Record<'IFD0' | 'IFD2' | 'IFD3', Record<string, string>>;

/** Denominator for numbers that are not integers. */
const DENOMINATOR = 1_000_000;

function rational(value: number): string {
  return Number.isInteger(value)
    ? `${value}/1`
    : `${Math.round(value * DENOMINATOR)}/${DENOMINATOR}`;
}

/** Damaged EXIF divides by zero. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replaceAll('\0', '').trim() || undefined;
  if (isNumber(value)) return rational(value);
  if (Array.isArray(value) && value.length > 0 && value.every(isNumber)) {
    return value.map(rational).join(' ');
  }
  // GPSAltitudeRef is one byte.
  if (value instanceof Uint8Array && value.length > 0) return [...value].join(' ');
  return undefined;
}

/** exifr's name for a tag where it differs from the standard's. */
const ALIAS: Partial<Record<ExifTag, string>> = { DateTime: 'ModifyDate' };

/** Tags that IPTC or XMP may contain if EXIF does not. */
const RIGHTS: readonly ExifTag[] = ['Artist', 'Copyright'];

/** Reads the tags that a variant keeps from the upload's EXIF block; author and rights also from IPTC and XMP. */
async function exifToKeep(
  header: Metadata | undefined,
  tags: readonly ExifTag[],
): Promise<ExifTexts | undefined> {
  if (tags.length === 0) return undefined;
  const read = await readExif(header?.exif);
  const isMissing = RIGHTS.some((tag) => tags.includes(tag) && text(read[tag]) === undefined);
  const rights: Readonly<Record<string, unknown>> = {
    ...(header && isMissing ? await readRights(header) : {}),
  };
  const kept: ExifTexts = { IFD0: {}, IFD2: {}, IFD3: {} };
  for (const tag of tags) {
    const value = text(read[ALIAS[tag] ?? tag]) ?? text(rights[tag]);
    if (value !== undefined) kept[EXIF_TAGS[tag]][tag] = value;
  }
  return kept;
}

/** Reads the upload's header if the file needs a part of it. */
export async function headerFor(
  { settings, mode }: FileStage,
  { source }: Upload,
): Promise<Metadata | undefined> {
  const { tags, xmp } = settings.metadata;
  const isNeeded = tags.length > 0 || xmp || mode.animated;
  // As strict as `inspect`, which has already read the same header.
  return isNeeded
    ? sharp(source, { failOn: 'error', limitInputPixels: false }).metadata()
    : undefined;
}

/** Sets the colour space of the file and its profile. */
export function setColours(
  image: Sharp,
  { settings, mode }: Pick<FileStage, 'settings' | 'mode'>,
): Sharp {
  if (settings.colourspace === 'p3') image.withIccProfile('p3');
  else if (mode.keepColours) image.keepIccProfile();
  else if (settings.metadata.icc) image.withIccProfile('srgb');
  return image;
}

/** sharp writes only ASCII into EXIF, and question marks for the rest. */
const isAscii = (value: string | undefined) => value === undefined || /^[\x20-\x7e]*$/.test(value);

/**
 * The XMP packet of a file. Author and rights that EXIF cannot hold move to `dc:creator` and `dc:rights`; a gain map
 * needs the packet for itself.
 */
async function xmpToKeep(
  header: Metadata | undefined,
  { xmp, position, gainMap }: FileStage['settings']['metadata'],
  texts: Record<string, string> | undefined,
): Promise<string | undefined> {
  const packet = xmp ? header?.xmpAsString : undefined;
  if (packet && position) return packet;
  const kept = packet ? await allowedXmp(packet) : {};
  const { Artist: creator, Copyright: rights } = texts ?? {};
  if (!texts || gainMap || (isAscii(creator) && isAscii(rights))) return xmpPacket(kept);
  if (!isAscii(creator)) delete texts['Artist'];
  if (!isAscii(rights)) delete texts['Copyright'];
  return xmpPacket({
    ...kept,
    dc: { ...kept.dc, ...(creator ? { creator } : {}), ...(rights ? { rights } : {}) },
  });
}

/**
 * Returns a function that sets a file's metadata on an image. Pixels that are not upright keep their orientation tag:
 * without it, viewers would show the picture rotated.
 */
export async function fileMetadata(
  stage: FileStage,
  header: Metadata | undefined,
): Promise<(image: Sharp) => Sharp> {
  const { metadata } = stage.settings;
  const { orientation } = stage.shape;
  const { density } = stage;
  const exif = await exifToKeep(header, metadata.tags);
  const xmp = await xmpToKeep(header, metadata, exif?.IFD0);
  return (image) => {
    if (exif) image.withExif(exif);
    if (orientation !== 1 || density !== undefined) {
      // They come only with `withMetadata`, which also embeds a profile.
      image
        .withMetadata({ ...(orientation !== 1 && { orientation }), ...(density && { density }) })
        .withIccProfile('srgb', { attach: false });
    }
    if (xmp) image.withXmp(xmp);
    if (stage.mode.depth === 16) inSixteenBits(image);
    setColours(image, stage);
    return image;
  };
}
