import sharp from 'sharp';
import { plainText, readExif } from './exif.ts';

/** What a camera wrote about a photo. The place is not part of it, only whether the file names one. */
export interface Shot {
  readonly lens?: string;
  readonly exposureSeconds?: number;
  readonly aperture?: number;
  readonly iso?: number;
  /** Millimetres. */
  readonly focalLength?: number;
  /** Millimetres on 35 mm film that show the same angle. */
  readonly focalLength35?: number;
  readonly hasPlace: boolean;
}

/** Longest name of a lens, characters. */
const MAX_NAME = 100;

/**
 * Reads the EXIF of a file that the engine accepts. Damaged EXIF counts as empty.
 *
 * @param file of a format that sharp reads; others have no facts
 */
export async function readShot(file: Uint8Array): Promise<Shot> {
  const { exif } = await sharp(file)
    .metadata()
    .catch(() => ({ exif: undefined }));
  const tags = await readExif(exif);
  const lens = plainText(tags['LensModel']).slice(0, MAX_NAME);
  return {
    ...(lens !== '' && { lens }),
    ...number('exposureSeconds', tags['ExposureTime']),
    ...number('aperture', tags['FNumber']),
    ...number('iso', tags['ISO']),
    ...number('focalLength', tags['FocalLength']),
    ...number('focalLength35', tags['FocalLengthIn35mmFormat']),
    hasPlace: tags['GPSLatitude'] !== undefined || tags['latitude'] !== undefined,
  };
}

/** Cameras write 0 for a value that they do not know. */
function number<Name extends string>(name: Name, value: unknown): { [name in Name]?: number } {
  const isKnown = typeof value === 'number' && Number.isFinite(value) && value > 0;
  return (isKnown ? { [name]: value } : {}) as { [name in Name]?: number };
}
