import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

/** EXIF tags that may be kept, and the image file directory that holds them (CIPA DC-008, 4.6). */
export const EXIF_TAGS = {
  ImageDescription: 'IFD0',
  Make: 'IFD0',
  Model: 'IFD0',
  Software: 'IFD0',
  DateTime: 'IFD0',
  Artist: 'IFD0',
  Copyright: 'IFD0',
  DateTimeOriginal: 'IFD2',
  OffsetTimeOriginal: 'IFD2',
  ExposureTime: 'IFD2',
  FNumber: 'IFD2',
  FocalLength: 'IFD2',
  LensMake: 'IFD2',
  LensModel: 'IFD2',
  GPSLatitudeRef: 'IFD3',
  GPSLatitude: 'IFD3',
  GPSLongitudeRef: 'IFD3',
  GPSLongitude: 'IFD3',
  GPSAltitudeRef: 'IFD3',
  GPSAltitude: 'IFD3',
} as const;

export type ExifTag = keyof typeof EXIF_TAGS;

const tags = Object.keys(EXIF_TAGS) as ExifTag[];
const gps = tags.filter((tag) => EXIF_TAGS[tag] === 'IFD3');

/** Names for several tags at once. `exif` is all of them but where the picture was taken. */
const GROUPS: Readonly<Record<string, readonly ExifTag[]>> = {
  exif: tags.filter((tag) => !gps.includes(tag)),
  gps,
  copyright: ['Artist', 'Copyright'],
};

const options = z
  .strictObject({
    keep: z
      .array(z.enum(['exif', 'gps', 'copyright', 'xmp', 'icc', 'gainMap', ...tags]))
      .default([])
      .describe(
        'What stays in the file: `copyright` (artist and copyright, as EXIF, and out of IPTC or XMP where EXIF does not tell), `exif` (camera, exposure, times, description), `gps` (where it was taken; never part of `exif`), single EXIF tags by name, `xmp` (the whole packet, without a position in it unless `gps` is named too), `icc` (embeds the sRGB profile; Display P3 and kept colours have theirs in any case), `gainMap` (of an Ultra HDR JPEG: what makes it brighter on a display that can; see above). A GIF keeps none of it, and a TIFF no EXIF, since sharp writes none there. An IPTC block cannot stay: sharp writes none.',
      ),
  })
  .refine(({ keep }) => !(keep.includes('xmp') && keep.includes('gainMap')), {
    path: ['keep'],
    error:
      'xmp and gainMap do not go together: a JPEG has one XMP packet, and the gain map has its place in it',
  })
  .meta({
    description:
      'The metadata of a variant’s file: nothing of the upload’s stays that is not named here. A gain map is cut and scaled as its picture is, and stays in outputs that are JPEG, for about 0.3 s of CPU more at 12 megapixels. Only `rotate` by quarters, `resize` without padding, `crop`, `flip`, `flop` and `sharpen` go with it: after other steps it would tell of a picture that is there no more, such as what was pixelated. An upload without a gain map, or with a damaged one, becomes an ordinary JPEG; so does one whose map has a gain for each colour, where its colours are converted: add `colourspace: keep`. The map’s bytes are not counted when `smallest` compares files.',
    examples: [
      { keep: ['copyright' as const] },
      { keep: ['copyright' as const, 'gainMap' as const] },
    ],
  });

export const metadata = defineTransform({
  name: 'metadata',
  version: 1,
  kind: 'setting',
  options,
  scalar: 'keep',
});

export interface KeptMetadata {
  readonly tags: readonly ExifTag[];
  readonly xmp: boolean;
  readonly icc: boolean;
  readonly gainMap: boolean;
  /** Where the picture was taken may stay. */
  readonly position: boolean;
}

export function keptMetadata(given: unknown): KeptMetadata {
  const { keep } = options.parse(given ?? {});
  const wanted = new Set(keep.flatMap((name): readonly string[] => GROUPS[name] ?? [name]));
  return {
    tags: tags.filter((tag) => wanted.has(tag)),
    xmp: wanted.has('xmp'),
    icc: wanted.has('icc'),
    gainMap: wanted.has('gainMap'),
    position: keep.includes('gps'),
  };
}
