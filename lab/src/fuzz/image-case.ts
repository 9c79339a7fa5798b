import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PICTURE_FORMATS, type PictureFormat } from '@darkroom/transforms';
import { animatedSample, paintScene, sample, ultraHdrSample } from '@darkroom/transforms/testing';
import { STRUCTURES } from '@darkroom/transforms/testing/structure/index.ts';
import sharp, { type Sharp } from 'sharp';
import { mutateBytes, mutatePieces } from './mutations.ts';
import { dicom } from './dicom-structure.ts';
import { fits } from './fits-structure.ts';
import { pdf } from './pdf-structure.ts';
import { SeededRandom } from './seeded-random.ts';

/** Formats whose files are mutated: those that libvips reads, and those of decoders. */
export const FUZZED_FORMATS = [...PICTURE_FORMATS, 'heic', 'pdf', 'dicom', 'fits'] as const;
export type FuzzedFormat = (typeof FUZZED_FORMATS)[number];

/** How their files are divided. */
export const FUZZED_STRUCTURES = { ...STRUCTURES, heic: STRUCTURES.avif, pdf, dicom, fits };

/** Identifies one mutated image. */
export interface CaseId {
  readonly seed: number;
  readonly format: FuzzedFormat;
  /** Counted from 0. */
  readonly index: number;
}

const bases = new Map<FuzzedFormat, Promise<readonly Buffer[]>>();

function known(format: FuzzedFormat): Promise<readonly Buffer[]> {
  const made = bases.get(format) ?? basesOf(format);
  bases.set(format, made);
  return made;
}

/**
 * A real file with one to four changes that respect its structure, and sometimes one that does not. The same id gives
 * the same bytes.
 */
export async function imageCase({ seed, format, index }: CaseId): Promise<Buffer> {
  const random = new SeededRandom(seed, FUZZED_FORMATS.indexOf(format), index);
  const files = await known(format);
  const { split, join } = FUZZED_STRUCTURES[format];
  const donor = split(random.of(files));
  let pieces = split(random.of(files));
  for (let left = 1 + random.below(1 + random.below(4)); left > 0; left--)
    pieces = mutatePieces(pieces, random, donor);
  const file = join(pieces);
  return random.below(10) === 0 ? mutateBytes(file, random) : file;
}

const SIZE = { width: 24, height: 16 };
const EXIF = {
  IFD0: { Make: 'Acme', Model: 'X1', ImageDescription: 'a cat', Copyright: 'Jane Doe' },
  IFD2: { DateTimeOriginal: '2024:05:01 12:03:04', ExposureTime: '1/125' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
};
const DRESSED = { ...SIZE, exif: EXIF, orientation: 6, profile: 'p3' } as const;

function scene(): Sharp {
  const { width, height } = SIZE;
  return sharp(paintScene(width, height).data, { raw: { width, height, channels: 3 } });
}

const bare = (format: PictureFormat) => sample({ ...SIZE, format });
const dressed = (format: PictureFormat) => sample({ ...DRESSED, format });
const seeThrough = (format: PictureFormat) => sample({ ...SIZE, format, alpha: true });
const deep = () => scene().toColourspace('rgb16');

/** Small real files. Each has a property of its format that the others do not have. */
const BASES: Readonly<Record<PictureFormat, readonly (() => Promise<Buffer>)[]>> = {
  jpeg: [
    () => bare('jpeg'),
    () => dressed('jpeg'),
    () => sample({ ...SIZE, progressive: true }),
    () => scene().jpeg({ chromaSubsampling: '4:4:4', progressive: true }).toBuffer(),
    () => scene().toColourspace('cmyk').jpeg().toBuffer(),
    () => scene().toColourspace('b-w').jpeg().toBuffer(),
    () => ultraHdrSample({ ...SIZE, orientation: 6, scale: 2 }),
    () => ultraHdrSample({ ...SIZE, map: 'coloured', scale: 2 }),
    () => scene().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').jpeg().toBuffer(),
  ],
  png: [
    () => bare('png'),
    () => dressed('png'),
    () => seeThrough('png'),
    () => sample({ ...SIZE, format: 'png', progressive: true }),
    () => scene().png({ palette: true, colours: 16 }).toBuffer(),
    () => deep().withIccProfile('p3').png().toBuffer(),
    () => scene().toColourspace('b-w').png().toBuffer(),
  ],
  webp: [
    () => bare('webp'),
    () => dressed('webp'),
    () => seeThrough('webp'),
    () => scene().webp({ lossless: true }).toBuffer(),
    () => animatedSample('webp', SIZE),
  ],
  gif: [() => bare('gif'), () => seeThrough('gif'), () => animatedSample('gif', SIZE)],
  tiff: [
    () => bare('tiff'),
    () => dressed('tiff'),
    () => scene().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
    () => scene().tiff({ compression: 'deflate' }).toBuffer(),
    () => scene().tiff({ compression: 'jpeg' }).toBuffer(),
    () =>
      scene().tiff({ compression: 'none', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    () => scene().tiff({ compression: 'none', pyramid: true, tile: true }).toBuffer(),
    () => scene().toColourspace('b-w').tiff({ compression: 'packbits', bitdepth: 1 }).toBuffer(),
    () => deep().tiff({ compression: 'none' }).toBuffer(),
    () => scene().toColourspace('cmyk').tiff({ compression: 'none' }).toBuffer(),
  ],
  avif: [
    () => bare('avif'),
    () => dressed('avif'),
    () => seeThrough('avif'),
    () => scene().avif({ bitdepth: 10 }).toBuffer(),
  ],
};

const isBuiltIn = (format: FuzzedFormat): format is PictureFormat =>
  (PICTURE_FORMATS as readonly string[]).includes(format);

const LIBRARIES = path.resolve(import.meta.dirname, '../../../libs');

/** Returns the same bytes each time. */
export async function basesOf(format: FuzzedFormat): Promise<readonly Buffer[]> {
  if (!isBuiltIn(format)) {
    const folder = path.join(LIBRARIES, `decoder-${format}/fixtures`);
    const ending = format === 'dicom' ? '.dcm' : `.${format}`;
    const names = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
    return Promise.all(names.map((name) => readFile(path.join(folder, name))));
  }
  return Promise.all(BASES[format].map((make) => make()));
}
