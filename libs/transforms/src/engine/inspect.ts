import sharp, { type Metadata } from 'sharp';
import { ImageError } from '../errors.ts';
import type { SourceCoding, SourceFacts } from '../types.ts';
import { cameraFacts } from './camera-facts.ts';
import { profileKind } from './colour-profile.ts';
import { detectType } from './detect-type.ts';
import { otherPictures } from './gain-map/other-pictures.ts';
import { withoutPackedTexts } from './packed-texts.ts';

function coding(header: Metadata): SourceCoding {
  const { space, depth, icc, chromaSubsampling } = header;
  const kind = space === 'cmyk' ? 'cmyk' : space === 'b-w' || space === 'grey16' ? 'grey' : 'rgb';
  return {
    depth: depth === 'uchar' || depth === 'char' ? 8 : 16,
    space: kind,
    profile: profileKind(icc, kind),
    ...(chromaSubsampling ? { chromaSubsampling } : {}),
  };
}

/**
 * Reads an upload's header, by its bytes alone.
 * @throws ImageError `UNSUPPORTED_FORMAT` or `CORRUPT_IMAGE`
 */
export async function inspect(
  source: Uint8Array,
  { svg }: { readonly svg: boolean },
): Promise<SourceFacts> {
  if (source.length === 0) throw new ImageError('CORRUPT_IMAGE', 'the upload has zero bytes');
  const { name, format } = await detectType(source);
  if (!format || (format === 'svg' && !svg)) {
    throw new ImageError('UNSUPPORTED_FORMAT', `the upload is ${name}, which cannot be processed`);
  }
  let header: Metadata;
  try {
    const options = { failOn: 'error', limitInputPixels: false } as const;
    header = await sharp(withoutPackedTexts(source), options).metadata();
  } catch (cause) {
    // Without libvips' own words, which may be another image's (failures.ts).
    throw new ImageError('CORRUPT_IMAGE', `the ${format} cannot be read: its header is damaged`, {
      cause,
    });
  }
  const orientation = header.orientation ?? 1;
  const { length: others } = otherPictures(source);
  return {
    format,
    ...(orientation >= 5
      ? { width: header.height, height: header.width }
      : { width: header.width, height: header.height }),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    pages: header.pages ?? 1,
    bytes: source.length,
    hasAlpha: header.hasAlpha,
    progressive: header.isProgressive,
    ...(others > 0 ? { otherPictures: others } : {}),
    ...(await cameraFacts(header.exif)),
    coding: coding(header),
  };
}
