import sharp from 'sharp';
import type { RenderedOutput, SourceFacts } from '../../image-engine.ts';
import { swapsSides } from '../../orientation.ts';
import type { Upload } from '../render/upload.ts';
import type { GainMapMetadata, Tables } from './gain-map-metadata.ts';
import type { GainMap } from './read-gain-map.ts';

/** A gain map as a separate JPEG. */
export type GainMapFile = Pick<RenderedOutput, 'bytes' | 'width' | 'height'>;

/** Higher than for photos, because the gain multiplies coding errors. */
const QUALITY = 90;

/** Applies the tables to RGB pixels, in place. */
function look(pixels: Buffer, tables: Tables): Buffer {
  for (let at = 0; at < pixels.length; at++) {
    const table = tables[(at % 3) as 0 | 1 | 2];
    pixels[at] = table[pixels[at] ?? 0] ?? 0;
  }
  return pixels;
}

/** Makes the map for an output, in the same proportion to it as the upload's map to the upload. */
export async function gainMapOf(
  { bytes, width, height }: GainMapFile,
  { tables, isColoured, ...map }: GainMap,
  facts: SourceFacts,
): Promise<GainMapFile> {
  const isOnItsSide = swapsSides(facts.orientation);
  const share = Math.min(
    1,
    // If the two proportions differ, the larger one loses no detail.
    Math.max(
      (isOnItsSide ? map.height : map.width) / facts.width,
      (isOnItsSide ? map.width : map.height) / facts.height,
    ),
  );
  const { data, info } = await sharp(bytes, { limitInputPixels: false })
    .resize({
      width: Math.max(1, Math.round(width * share)),
      height: Math.max(1, Math.round(height * share)),
      fit: 'fill',
    })
    .toColourspace(isColoured ? 'srgb' : 'b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = tables ? look(data, tables) : data;
  const { width: ownWidth, height: ownHeight, channels } = info;
  const raw = { width: ownWidth, height: ownHeight, channels };
  return {
    bytes: await sharp(pixels, { raw })
      .toColourspace(isColoured ? 'srgb' : 'b-w')
      .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
      .toBuffer(),
    width: ownWidth,
    height: ownHeight,
  };
}

interface JpegFile {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly mimeType: 'image/jpeg';
}

/** The library's own types import files without extension, which Node's resolution rejects. */
interface Library {
  readonly encodeJPEGMetadata: (
    file: GainMapMetadata & { readonly sdr: JpegFile; readonly gainMap: JpegFile },
  ) => Uint8Array;
}

const jpeg = ({ bytes: data, width, height }: GainMapFile): JpegFile => ({
  data,
  width,
  height,
  mimeType: 'image/jpeg',
});

/** Writes picture and map into one file, with metadata in both forms: ISO 21496-1 and XMP. */
export async function ultraHdrFile(
  picture: GainMapFile,
  map: GainMapFile,
  metadata: GainMapMetadata,
): Promise<Uint8Array> {
  // Loaded only if a recipe keeps gain maps and the upload has one.
  const { encodeJPEGMetadata } = (await import('@monogrid/gainmap-js/libultrahdr')) as Library;
  return encodeJPEGMetadata({ ...metadata, sdr: jpeg(picture), gainMap: jpeg(map) });
}

/**
 * Scales the map to the upload's size and orientation, which makes the upload's steps valid for it. Returns `undefined` if
 * its pixels are damaged.
 */
export async function asUpload(
  { picture, isColoured }: GainMap,
  { width, height, orientation }: SourceFacts,
): Promise<Upload | undefined> {
  const stored = swapsSides(orientation) ? { width: height, height: width } : { width, height };
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
