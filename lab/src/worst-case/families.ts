import type { SourceFormat } from '@darkroom/transforms';
import { writeAvif, type AvifGenes } from './files/avif.ts';
import { DICOM_CODINGS, type DicomGenes, isDicom, writeDicom } from './files/dicom.ts';
import { bytesOfFits, type FitsGenes, writeFits } from './files/fits.ts';
import { writeGainMap, type GainMapGenes } from './files/gain-map.ts';
import { writeGif, type GifGenes } from './files/gif.ts';
import { writeHeic, type HeicGenes } from './files/heic.ts';
import { writeHdrAvif, writeHdrPng, type HdrGenes } from './files/hdr.ts';
import { encodeJpeg, writeJpeg, type JpegGenes, type PhotoGenes } from './files/jpeg.ts';
import { CONTENTS } from './files/pixels.ts';
import { PDF_OBJECTS, type PdfGenes, writePdf } from './files/pdf.ts';
import { isPossible as isPng, writePng, type PngGenes } from './files/png.ts';
import { isPossible as isTiff, writeTiff, type TiffGenes } from './files/tiff.ts';
import { writeWebp, type WebpGenes } from './files/webp.ts';
import type { UploadOrder } from './upload-child.ts';

/** The values that each property of a file may have. */
type Space<G> = { readonly [K in keyof G]: readonly G[K][] };

/** Properties of a file and of its decode: one value of each. */
export type Genes = Readonly<Record<string, string | number | boolean>>;

/** How a file is decoded: its frames, and the width that it is reduced to. */
export interface DecodeGenes {
  readonly animated: boolean;
  readonly toWidth: number;
}

/** What a search compares with its estimate. */
export type Quantity = 'cpuSeconds' | 'memory';

/** How the engine renders an upload. */
export interface Rendering {
  readonly variants: (genes: Genes) => UploadOrder['variants'];
  /** So many stills, of an animation. */
  readonly frames?: (genes: Genes) => number;
  /** The page of which the variants are made. Left out: the first. */
  readonly page?: (genes: Genes) => number;
  /** The one variant joins so many pages or frames. */
  readonly joins?: (genes: Genes) => UploadOrder['joins'];
  /** The estimate of the CPU time does not contain encoders. */
  readonly quantities: readonly Quantity[];
}

/** Files of one format whose structure varies. */
export interface Family {
  readonly name: string;
  readonly format: SourceFormat;
  /** The engine renders the file. Left out: sharp decodes it. */
  readonly rendering?: Rendering;
  readonly space: Readonly<Record<string, readonly Genes[string][]>>;
  /** Whether such a file can be written, and is small enough for a search. */
  readonly isPossible: (genes: Genes) => boolean;
  readonly write: (genes: Genes) => Buffer | Promise<Buffer>;
}

const SIDES = [1, 16, 250, 1000, 2000, 4000, 6000] as const;
const WIDTHS: Space<DecodeGenes>['toWidth'] = [16, 320, 1280, 100_000];
const STILL: Space<DecodeGenes> = { animated: [false], toWidth: WIDTHS };
/** The engine decodes all frames of a file only if it has several. */
const MOVING: Space<DecodeGenes> = { animated: [false, true], toWidth: [320, 1280] };
/** Most pixels that a file is written from: the search wants many files, not large ones. */
const MAX_PIXELS = 25_000_000;

/** Pixels of a file, 1 for a family without these genes. */
export const pixelsOf = ({ width = 1, height = 1 }: Genes) => Number(width) * Number(height);

function family<G extends object>(
  name: string,
  format: SourceFormat,
  space: Space<G> & Space<DecodeGenes>,
  write: (genes: G) => Buffer | Promise<Buffer>,
  isPossible: (genes: G & DecodeGenes) => boolean = () => true,
  rendering?: Rendering,
): Family {
  return {
    name,
    format,
    ...(rendering && { rendering }),
    space: space,
    isPossible: (genes) => pixelsOf(genes) <= MAX_PIXELS && isPossible(genes as G & DecodeGenes),
    write: (genes) => write(genes as G),
  };
}

const resized = ({ toWidth }: Genes) => ({
  resize: { width: toWidth, withoutEnlargement: true },
});
/** A small output: its encoder costs little. */
const THUMBNAIL: Rendering = {
  variants: (genes) => [['rotate', resized(genes), { encode: 'jpeg' }]],
  quantities: ['cpuSeconds', 'memory'],
};
/** Ways in which a recipe shows the values of a file: steps before the thumbnail, for each variant. */
const SHOWINGS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  own: [[]],
  asinh: [[{ stretch: 'asinh' }]],
  percentile: [[{ stretch: 'percentile' }]],
  window: [[{ window: { centre: 100, width: 90 } }]],
  three: [[], [{ stretch: 'log' }], [{ stretch: 'zscale' }]],
};
const OF_VALUES: Rendering = {
  variants: (genes) =>
    (SHOWINGS[String(genes['shown'])] ?? [[]]).map((steps) => [
      ...steps,
      resized(genes),
      { encode: 'jpeg' },
    ]),
  quantities: ['cpuSeconds', 'memory'],
};
const SMALL: Space<DecodeGenes> = { animated: [false], toWidth: [16, 320] };

interface StillGenes {
  readonly stills: number;
}
/** Stills of an animation, as small. */
const STILLS: Rendering = { ...THUMBNAIL, frames: ({ stills }) => Number(stills) };
/** Sheets of pages or frames, which are reduced: their encoder costs little. */
const sheetOf = (parts: 'pages' | 'frames'): Rendering => ({
  variants: (genes) => {
    const { columns, background } = genes;
    const montage = { ...(columns !== 0 && { columns }), background };
    return [
      [
        'rotate',
        resized(genes),
        { montage },
        { resize: { width: 320, withoutEnlargement: true } },
        { encode: 'jpeg' },
      ],
    ];
  },
  joins: ({ stills }) => ({ parts, count: Number(stills) }),
  quantities: ['cpuSeconds', 'memory'],
});
interface SheetGenes extends StillGenes {
  /** 0: as many as rows. */
  readonly columns: number;
  readonly background: string;
}
/** The last page of a TIFF, for which its file is copied. */
const LAST_PAGE: Rendering = { ...THUMBNAIL, page: ({ pages }) => Number(pages) + 1 };
/** A page of a PDF. Its encoder does not count as CPU time of the decode. */
const DOCUMENT: Rendering = {
  variants: ({ lossless }) => [[{ encode: { format: 'pdf', lossless: lossless === true } }]],
  quantities: ['memory'],
};
interface DocumentGenes {
  readonly lossless: boolean;
}
const ANY_DOCUMENT = { animated: [false], toWidth: [320], lossless: [true, false] };
const ANY_STILLS = { ...SMALL, stills: [2, 5, 10_000] };
const ANY_SHEET = {
  ...{ animated: [false], toWidth: [16, 320, 1280, 6000], stills: [2, 5, 100] },
  ...{ columns: [0, 1], background: ['#336699', 'transparent'] },
};

const CLIP = {
  ...{ width: [16, 250, 500, 1000], height: [16, 250, 500, 1000] },
  ...{ content: CONTENTS, frames: [2, 5, 20, 60] },
};
const MOVING_GIF = { ...CLIP, disposal: [0, 2, 3] as const, interlaced: [false] };
const MOVING_WEBP = { ...CLIP, lossless: [true, false], alpha: [true, false], quality: [80] };

/** Recipes by their names: steps of each variant. */
const RECIPES: Readonly<Record<string, UploadOrder['variants']>> = {
  thumbnail: [['rotate', { resize: { width: 320 } }, { encode: 'webp' }]],
  gallery: [320, 640, 1280].flatMap((width) =>
    ['webp', 'jpeg'].map((format) => [
      'rotate',
      { resize: { width, withoutEnlargement: true } },
      { encode: format },
    ]),
  ),
  avif: [[{ resize: { width: 1280, withoutEnlargement: true } }, { encode: 'avif' }]],
  whole: [['rotate', { encode: 'webp' }]],
  blurred: [[{ blur: 2 }, { resize: { width: 640 } }, { encode: 'jpeg' }]],
};
interface RecipeGenes {
  readonly recipe: string;
}
const WITH_RECIPE: Rendering = {
  variants: ({ recipe }) => RECIPES[String(recipe)] ?? [],
  quantities: ['memory'],
};
const ANY_RECIPE = { animated: [false], toWidth: [320], recipe: Object.keys(RECIPES) };

const ANY_PHOTO: Space<PhotoGenes> = {
  width: SIDES,
  height: SIDES,
  content: CONTENTS,
  quality: [80],
  progressive: [true, false],
  subsampling: ['4:2:0', '4:4:4'],
  colours: ['grey', 'rgb', 'cmyk'],
};

export const FAMILIES: readonly Family[] = [
  family<JpegGenes>(
    'JPEG scans',
    'jpeg',
    {
      ...STILL,
      width: SIDES,
      height: SIDES,
      sampling: ['11', '11,11,11', '22,11,11', '21,11,11', '12,11,11', '11,11,11,11', '41,11,11'],
      coding: ['baseline', 'progressive', 'arithmetic', 'progressive arithmetic'],
      interleaved: [true, false],
      scans: [0, 3, 10, 40, 100, 300],
      refines: [true, false],
    },
    writeJpeg,
  ),
  family<PhotoGenes>(
    'JPEG photos',
    'jpeg',
    {
      ...STILL,
      width: SIDES,
      height: SIDES,
      content: CONTENTS,
      quality: [10, 80, 100],
      progressive: [true, false],
      subsampling: ['4:2:0', '4:4:4'],
      colours: ['grey', 'rgb', 'cmyk'],
    },
    encodeJpeg,
  ),
  family<PngGenes>(
    'PNG',
    'png',
    {
      ...STILL,
      width: [...SIDES, 20_000],
      height: SIDES,
      depth: [1, 2, 4, 8, 16],
      colourType: [0, 2, 3, 4, 6],
      interlaced: [true, false],
      transparent: [true, false],
      content: CONTENTS,
      filter: [0, 1, 2, 3, 4],
      level: [0, 1, 9],
      chunkBytes: [16, 8192, 1_000_000],
    },
    writePng,
    (genes) => isPng(genes) && (genes.chunkBytes > 16 || genes.width * genes.height < 3_000_000),
  ),
  family<WebpGenes>(
    'WebP',
    'webp',
    {
      ...MOVING,
      width: SIDES,
      height: SIDES,
      lossless: [true, false],
      alpha: [true, false],
      content: CONTENTS,
      quality: [10, 80, 100],
      frames: [0, 1, 2, 5, 20, 100, 1000, 10_000],
      canvas: [1, 2, 10, 100],
    },
    writeWebp,
    ({ width, height, frames, canvas, content, animated }) =>
      (frames > 1 || !animated) &&
      Math.min(16_383, width * canvas) * Math.min(16_383, height * canvas) * Math.max(1, frames) <
        80_000_000 &&
      (frames < 100 || content === 'flat' || width * height < 70_000),
  ),
  family<GifGenes>(
    'GIF',
    'gif',
    {
      ...MOVING,
      width: SIDES,
      height: SIDES,
      content: CONTENTS,
      frames: [1, 2, 5, 20, 100, 1000, 10_000],
      screen: [1, 2, 10, 100],
      disposal: [0, 1, 2, 3],
      interlaced: [true, false],
    },
    writeGif,
    ({ width, height, frames, screen, content, animated }) =>
      (frames > 1 || !animated) &&
      Math.min(65_535, width * screen) * Math.min(65_535, height * screen) * frames < 80_000_000 &&
      (frames < 100 || content === 'flat' || width * height < 70_000),
  ),
  family<TiffGenes>(
    'TIFF',
    'tiff',
    {
      ...STILL,
      width: [...SIDES, 20_000],
      height: SIDES,
      depth: [1, 8, 16, 32],
      sampleFormat: [1, 2, 3],
      samples: [1, 2, 3, 4, 5],
      photometric: [1, 2, 5, 8],
      planar: [true, false],
      tile: [0, 16, 64, 256, 1024, 2048],
      rowsPerStrip: [1, 16, 128, 129, 1000, 100_000],
      compression: [1, 5, 8, 32_773],
      content: CONTENTS,
      pages: [0, 10, 1000, 5000],
      shared: [true, false],
    },
    writeTiff,
    (genes) =>
      isTiff(genes) &&
      genes.width * genes.height * genes.samples * genes.depth < 1_200_000_000 &&
      (genes.tile === 0 || genes.width * genes.height > genes.tile ** 2 / 4) &&
      (genes.tile !== 16 || genes.width * genes.height < 9_000_000),
  ),
  family<AvifGenes>(
    'AVIF',
    'avif',
    {
      ...STILL,
      width: [64, 250, 1000, 2000, 3000],
      height: [64, 250, 1000, 2000, 3000],
      depth: [8, 10, 12],
      subsampling: ['4:2:0', '4:4:4'],
      alpha: [true, false],
      grey: [true, false],
      content: CONTENTS,
      quality: [10, 60, 95],
      grid: [1, 2, 3, 8],
    },
    writeAvif,
    ({ width, height, grid }) => width * height * grid ** 2 <= MAX_PIXELS,
  ),
  family<PngGenes & HdrGenes>(
    'uploads: HDR PNG',
    'png',
    {
      ...SMALL,
      width: SIDES,
      height: SIDES,
      depth: [8, 16],
      colourType: [0, 2, 4, 6],
      interlaced: [true, false],
      transparent: [true, false],
      content: CONTENTS,
      filter: [0, 4],
      level: [0, 1],
      chunkBytes: [1_000_000],
      transfer: [16, 18],
    },
    writeHdrPng,
    ({ width, height }) => width * height <= 12_000_000,
    THUMBNAIL,
  ),
  family<Omit<AvifGenes, 'alpha'> & HdrGenes>(
    'uploads: HDR AVIF',
    'avif',
    {
      ...SMALL,
      width: [64, 250, 1000, 2000, 3000],
      height: [64, 250, 1000, 2000, 3000],
      depth: [8, 10, 12],
      subsampling: ['4:2:0', '4:4:4'],
      grey: [true, false],
      content: CONTENTS,
      quality: [10, 60, 95],
      grid: [1, 2, 3],
      transfer: [16, 18],
    },
    writeHdrAvif,
    ({ width, height, grid }) => width * height * grid ** 2 <= 9_000_000,
    THUMBNAIL,
  ),
  family<HeicGenes>(
    'uploads: HEIC',
    'heic',
    {
      ...SMALL,
      tile: ['plain', 'ten-bit', 'grey', 'enc-lossless'],
      grid: [1, 2, 4, 8, 12, 16, 20, 24, 28, 31],
    },
    writeHeic,
    undefined,
    THUMBNAIL,
  ),
  family<TiffGenes>(
    'uploads: TIFF of 16 and 32 bits',
    'tiff',
    {
      ...SMALL,
      width: SIDES,
      height: SIDES,
      depth: [16, 32],
      sampleFormat: [1, 3],
      samples: [1, 2, 3, 4, 5],
      photometric: [1, 2],
      planar: [true, false],
      tile: [0, 64, 256],
      rowsPerStrip: [1, 16, 1000, 100_000],
      compression: [1, 8],
      content: CONTENTS,
      pages: [0],
      shared: [true, false],
    },
    writeTiff,
    (genes) => isTiff(genes) && genes.width * genes.height * genes.samples <= 36_000_000,
    THUMBNAIL,
  ),
  family<TiffGenes>(
    'uploads: last page of TIFF',
    'tiff',
    {
      ...SMALL,
      width: SIDES,
      height: SIDES,
      depth: [1, 8],
      sampleFormat: [1],
      samples: [1, 3],
      photometric: [1, 2],
      planar: [false],
      tile: [0],
      rowsPerStrip: [16, 100_000],
      compression: [1, 8],
      content: CONTENTS,
      pages: [1, 10, 1000, 5000],
      shared: [false],
    },
    writeTiff,
    isTiff,
    LAST_PAGE,
  ),
  family<TiffGenes & DocumentGenes>(
    'uploads: TIFF as PDF',
    'tiff',
    {
      ...ANY_DOCUMENT,
      width: SIDES,
      height: SIDES,
      depth: [1, 8, 16],
      sampleFormat: [1],
      samples: [1, 2, 3, 4],
      photometric: [1, 2],
      planar: [false],
      tile: [0, 256],
      rowsPerStrip: [16, 100_000],
      compression: [1, 8],
      content: CONTENTS,
      pages: [0],
      shared: [true, false],
    },
    writeTiff,
    (genes) => isTiff(genes) && genes.width * genes.height * genes.samples <= 36_000_000,
    DOCUMENT,
  ),
  family<PhotoGenes & DocumentGenes>(
    'uploads: JPEG as PDF',
    'jpeg',
    {
      ...ANY_DOCUMENT,
      ...ANY_PHOTO,
    },
    encodeJpeg,
    undefined,
    DOCUMENT,
  ),
  family<GainMapGenes>(
    'uploads: gain maps',
    'jpeg',
    {
      ...SMALL,
      width: [250, 1000, 2000, 4000],
      height: [250, 1000, 2000, 4000],
      content: ['flat', 'photo'],
      scale: [1, 2, 4],
      maps: [1, 2, 15],
      mapSampling: ['11', '11,11,11'],
      mapCoding: ['baseline', 'progressive'],
      mapScans: [0, 10, 100, 300],
    },
    writeGainMap,
    undefined,
    {
      variants: (genes) => [[resized(genes), { metadata: ['gainMap'] }, { encode: 'jpeg' }]],
      quantities: ['cpuSeconds', 'memory'],
    },
  ),
  family<WebpGenes & RecipeGenes>(
    'uploads: animated WebP',
    'webp',
    {
      ...ANY_RECIPE,
      ...MOVING_WEBP,
      canvas: [1, 2],
    },
    writeWebp,
    ({ width, height, frames, canvas }) => width * height * canvas ** 2 * frames <= 10_000_000,
    WITH_RECIPE,
  ),
  family<GifGenes & RecipeGenes>(
    'uploads: animated GIF',
    'gif',
    {
      ...ANY_RECIPE,
      ...MOVING_GIF,
      screen: [1, 2],
    },
    writeGif,
    ({ width, height, frames, screen }) => width * height * screen ** 2 * frames <= 10_000_000,
    WITH_RECIPE,
  ),
  family<WebpGenes & StillGenes>(
    'uploads: frames of WebP',
    'webp',
    {
      ...ANY_STILLS,
      ...MOVING_WEBP,
      canvas: [1, 2, 4],
    },
    writeWebp,
    ({ width, height, frames, canvas }) => width * height * canvas ** 2 * frames <= 40_000_000,
    STILLS,
  ),
  family<GifGenes & StillGenes>(
    'uploads: frames of GIF',
    'gif',
    {
      ...ANY_STILLS,
      ...MOVING_GIF,
      screen: [1, 2, 4],
    },
    writeGif,
    ({ width, height, frames, screen }) => width * height * screen ** 2 * frames <= 40_000_000,
    STILLS,
  ),
  family<GifGenes & SheetGenes>(
    'uploads: sheets of GIF',
    'gif',
    {
      ...ANY_SHEET,
      ...MOVING_GIF,
      screen: [1, 2],
    },
    writeGif,
    ({ width, height, frames, screen }) => width * height * screen ** 2 * frames <= 20_000_000,
    sheetOf('frames'),
  ),
  family<TiffGenes & SheetGenes>(
    'uploads: sheets of TIFF',
    'tiff',
    {
      ...ANY_SHEET,
      width: SIDES,
      height: SIDES,
      depth: [1, 8, 16],
      sampleFormat: [1],
      samples: [1, 3],
      photometric: [1, 2],
      planar: [false],
      tile: [0],
      rowsPerStrip: [16, 100_000],
      compression: [1, 8],
      content: CONTENTS,
      pages: [1, 10, 50],
      shared: [false],
    },
    writeTiff,
    isTiff,
    sheetOf('pages'),
  ),
  family<PhotoGenes & RecipeGenes>(
    'uploads: JPEG photos',
    'jpeg',
    {
      ...ANY_RECIPE,
      ...ANY_PHOTO,
    },
    encodeJpeg,
    undefined,
    WITH_RECIPE,
  ),
  family<PngGenes & RecipeGenes>(
    'uploads: PNG',
    'png',
    {
      ...ANY_RECIPE,
      width: SIDES,
      height: SIDES,
      depth: [8, 16],
      colourType: [0, 2, 3, 4, 6],
      interlaced: [true, false],
      transparent: [true, false],
      content: CONTENTS,
      filter: [0, 4],
      level: [1],
      chunkBytes: [1_000_000],
    },
    writePng,
    isPng,
    WITH_RECIPE,
  ),
  family<PdfGenes>(
    'uploads: PDF',
    'pdf',
    {
      animated: [false],
      toWidth: [320, 1280, 4000],
      width: [100, 600, 1200],
      height: [100, 800],
      objects: PDF_OBJECTS,
      count: [1, 10, 300, 5000],
      content: CONTENTS,
      side: [1, 500, 3000],
    },
    writePdf,
    undefined,
    THUMBNAIL,
  ),
  family<FitsGenes>(
    'uploads: FITS',
    'fits',
    {
      ...SMALL,
      width: SIDES,
      height: SIDES,
      bitpix: [8, 16, 32, 64, -32, -64],
      blank: [true, false],
      planes: [1, 3],
      content: CONTENTS,
      cards: [0, 100, 35_000],
      empty: [0, 1, 900],
      shown: Object.keys(SHOWINGS),
    },
    writeFits,
    (genes) => bytesOfFits(genes) <= 100_000_000,
    OF_VALUES,
  ),
  family<DicomGenes & Pick<FitsGenes, 'shown'>>(
    'uploads: DICOM',
    'dicom',
    {
      ...SMALL,
      width: SIDES,
      height: SIDES,
      coding: DICOM_CODINGS,
      colours: ['grey', 'rgb', 'palette'],
      bits: [8, 16, 32],
      content: CONTENTS,
      frames: [1, 3, 1000],
      parts: [1, 2, 1000, 100_000],
      attributes: [0, 100, 1_000_000],
      scans: [0, 10, 300],
      jpeg: ['baseline', 'progressive', 'arithmetic', 'progressive arithmetic'],
      tile: [0, 16, 256],
      block: [4, 64],
      shown: Object.keys(SHOWINGS),
    },
    writeDicom,
    isDicom,
    OF_VALUES,
  ),
];
