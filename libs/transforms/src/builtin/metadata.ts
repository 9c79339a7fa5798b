import * as z from 'zod';
import { defineTransform } from '../define-transform.ts';

/** EXIF tags that a variant can keep, and their image file directory (CIPA DC-008, 4.6). */
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

/** Groups of tags. `exif` contains all tags except the position. */
const GROUPS: Readonly<Record<string, readonly ExifTag[]>> = {
  exif: tags.filter((tag) => !gps.includes(tag)),
  gps,
  copyright: ['Artist', 'Copyright'],
};

const options = () =>
  z
    .strictObject({
      keep: z
        .array(z.enum(['exif', 'gps', 'copyright', 'xmp', 'icc', 'gainMap', 'resolution', ...tags]))
        .default([])
        .describe(
          'Metadata to keep. `copyright`: artist and copyright, read from EXIF, IPTC or XMP; written as EXIF, or as XMP (`dc:creator`, `dc:rights`) if the text is not ASCII. `exif`: camera, exposure, times, description. `gps`: the position; never part of `exif`. Single EXIF tags: by name. `xmp`: title, description, creator, contributor, publisher, rights, subject and format of Dublin Core; `xmp:CreateDate`, `Label`, `Rating`; `xmpRights:Certificate`, `Marked`, `Owner`, `UsageTerms`, `WebStatement`; `photoshop:AuthorsPosition`, `CaptionWriter`, `Credit`, `DateCreated`, `Headline`, `Source`. All other properties are dropped, among them positions and the names of places. With `gps`: the whole packet. `icc`: embeds the sRGB profile; Display P3 and kept colours always embed theirs. `resolution`: pixels per inch, in proportion if the picture is scaled: its size on paper stays. JPEG, PNG, TIFF, WebP and AVIF state it. `gainMap`: the gain map of an Ultra HDR JPEG, for HDR displays (see above). GIF and PDF keep no metadata and TIFF no EXIF: sharp cannot write them. A PDF always has the size on paper. sharp cannot write IPTC in any format.',
        ),
    })
    .refine(({ keep }) => !(keep.includes('xmp') && keep.includes('gainMap')), {
      path: ['keep'],
      error:
        'xmp and gainMap cannot be combined: a JPEG has one XMP packet, and the gain map uses it',
    })
    .meta({
      description:
        'Selects the metadata that a variant’s file keeps. All other metadata of the upload is removed. A kept gain map is cropped and scaled like the picture. Only JPEG outputs keep it; it takes about 0.3 s more CPU time at 12 megapixels. It can be combined only with `rotate` by multiples of 90 degrees, `resize` without padding, `crop`, `flip`, `flop` and `sharpen`: after other steps it would reveal removed content, for example pixelated regions. Uploads without a gain map, or with a damaged one, become ordinary JPEGs. A map with separate gains per colour also needs `colourspace: keep`. `smallest` compares files without the map.',
      examples: [
        { keep: ['copyright' as const] },
        { keep: ['copyright' as const, 'gainMap' as const] },
      ],
    });

export const metadata = defineTransform({
  name: 'metadata',
  version: 2,
  kind: 'setting',
  options,
  scalar: 'keep',
});

export interface KeptMetadata {
  readonly tags: readonly ExifTag[];
  readonly xmp: boolean;
  readonly icc: boolean;
  readonly gainMap: boolean;
  readonly resolution: boolean;
  /** The position may stay. */
  readonly position: boolean;
}

export function keptMetadata(given: unknown): KeptMetadata {
  const { keep } = metadata.options.parse(given ?? {});
  const wanted = new Set(keep.flatMap((name): readonly string[] => GROUPS[name] ?? [name]));
  return {
    tags: tags.filter((tag) => wanted.has(tag)),
    xmp: wanted.has('xmp'),
    icc: wanted.has('icc'),
    gainMap: wanted.has('gainMap'),
    resolution: wanted.has('resolution'),
    position: keep.includes('gps'),
  };
}
