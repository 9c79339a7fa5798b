import sharp from 'sharp';
import type { RenderedOutput, SourceFacts } from '../../image-engine.ts';
import { swapsSides } from '../../orientation.ts';
import type { Upload } from '../render/upload.ts';
import type { GainMapMetadata, Tables } from './gain-map-metadata.ts';
import type { GainMap } from './read-gain-map.ts';

/** A gain map as a JPEG of its own. */
export type GainMapFile = Pick<RenderedOutput, 'bytes' | 'width' | 'height'>;

/** Above a photo's, since its errors are multiplied by the gain. */
const QUALITY = 90;

/** The values of RGB pixels, changed in place. */
function look(pixels: Buffer, tables: Tables): Buffer {
  for (let at = 0; at < pixels.length; at++) {
    const table = tables[(at % 3) as 0 | 1 | 2];
    pixels[at] = table[pixels[at] ?? 0] ?? 0;
  }
  return pixels;
}

/** The map of an output, as many times smaller than it as the upload's map is than the upload. */
export async function gainMapOf(
  { bytes, width, height }: GainMapFile,
  { tables, isColoured, ...map }: GainMap,
  facts: SourceFacts,
): Promise<GainMapFile> {
  const isOnItsSide = swapsSides(facts.orientation);
  const share = Math.min(
    1,
    // Where they differ, nothing is lost on either side.
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

/** The library's own types name files without extension, which Node's resolution does not find. */
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

/** Picture and map in one file, with metadata in both forms, ISO 21496-1 and XMP. */
export async function ultraHdrFile(
  picture: GainMapFile,
  map: GainMapFile,
  metadata: GainMapMetadata,
): Promise<Uint8Array> {
  // Only where a recipe keeps one and an upload has one.
  const { encodeJPEGMetadata } = (await import('@monogrid/gainmap-js/libultrahdr')) as Library;
  return encodeJPEGMetadata({ ...metadata, sdr: jpeg(picture), gainMap: jpeg(map) });
}

/**
 * The map as a picture of the upload's size and orientation, so that the upload's steps mean the same to it; nothing
 * where its pixels are damaged.
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
