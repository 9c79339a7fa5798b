import type { SettingsInput } from '@darkroom/pipeline';
import type { AvifOptions, JpegOptions, PngOptions, WebpOptions } from 'sharp';
import type { Kind } from './sources/make-sources.ts';

export const QUALITY = 80;

export interface Output {
  /** Also the name of its file. */
  readonly name: string;
  readonly format: 'jpeg' | 'webp' | 'avif' | 'png';
  /** Pixels, at most: nothing is enlarged. */
  readonly width: number;
  readonly height?: number;
  /** Default: `inside`. */
  readonly fit?: 'cover' | 'inside';
}

const ALL = [
  'engine',
  'function',
  'sharp',
  'floor',
  'sharp handler',
  'Pillow handler',
  'Pillow draft handler',
  'ipx',
  'ImageMagick',
  'GraphicsMagick',
  'vipsthumbnail',
] as const;
/** Ways to do a job. */
export type ContestantName = (typeof ALL)[number];

/** What each contestant is, for readers. */
export const CONTESTANTS: Readonly<Record<ContestantName, string>> = {
  engine: 'Darkroom’s engine: header, placeholder and outputs, in memory',
  function: 'Darkroom’s whole function: message in, manifest out, S3 on loopback',
  sharp: 'bare sharp: a pipeline for each output, the same encoder settings, in memory',
  floor: 'decode once by hand: the least work that sharp can do the job with, in memory',
  'sharp handler':
    'the handler of tutorials: GET, a sharp pipeline for each output with sharp’s own settings, PUT',
  'Pillow handler': 'the same in Python: boto3 and Pillow, upright by `ImageOps.exif_transpose`',
  'Pillow draft handler':
    'the same, and `Image.draft` decodes a JPEG at a fraction of its size; only for small outputs',
  ipx: 'ipx reads the file and makes each output; its own sharp and settings',
  ImageMagick: 'a process for each upload',
  GraphicsMagick: 'a process for each output',
  vipsthumbnail: 'a process for each output',
};

export interface Job {
  readonly id: string;
  readonly title: string;
  /** `jobs` are compared with every rival; the others answer one question each. */
  readonly group: 'jobs' | 'grid' | 'colour' | 'parts' | 'memory';
  readonly source: Kind;
  /** Of the source: photos are enlarged to it. Default: as they are. */
  readonly megapixels?: number;
  readonly outputs: readonly Output[];
  readonly placeholder: boolean;
  /** Pages of a document. Default: the first alone. */
  readonly pages?: number;
  readonly animated?: boolean;
  readonly contestants: readonly ContestantName[];
  /** How often one process does the job with each source, for jobs that take little. */
  readonly passes: number;
}

/**
 * `quick` is for a look; it has one small photo, and no jobs of the groups `grid` and `memory`. `check` has the same photo,
 * but without rivals, and small jobs as often as figures need that are compared with those of another day.
 */
export type RunSize = 'whole' | 'quick' | 'check';

/** Darkroom and what it is measured by. If one of them cannot do a job, the benchmark is wrong. */
export function isOurs(contestant: ContestantName): boolean {
  return contestant === 'engine' || contestant === 'function' || contestant === 'sharp';
}

export function isIn({ group }: Job, size: RunSize): boolean {
  if (size === 'whole') return true;
  return group !== 'memory' && !(size === 'quick' && group === 'grid');
}

/** How often a process does a job: first for Node to compile the hot code, then measured, with each source. */
export function repeats({ passes, source }: Job, contestant: ContestantName, size: RunSize) {
  const isSmall = passes > 1;
  if (size === 'quick')
    return {
      warmUps: isOurs(contestant) ? (isSmall ? 5 : 1) : isSmall ? 2 : 0,
      passes: Math.min(passes, 6),
    };
  if (size === 'whole') return { warmUps: isSmall ? 10 : 2, passes };
  // One photo instead of three.
  return { warmUps: isSmall ? 10 : 1, passes: isSmall && source === 'photo' ? passes * 3 : passes };
}

const THUMBNAIL: readonly Output[] = [
  { name: 'thumb', format: 'jpeg', width: 200, height: 200, fit: 'cover' },
];
const WEB: readonly Output[] = [320, 640, 1280, 1920].flatMap((width) =>
  (['webp', 'jpeg'] as const).map((format) => ({ name: `${width}-${format}`, format, width })),
);
const AVATARS: readonly Output[] = [48, 96, 192, 400].map((width) => ({
  ...{ name: `a${width}`, format: 'webp', width, height: width, fit: 'cover' },
}));
const draftless = ALL.filter((name) => name !== 'Pillow draft handler');
const small = ALL.filter((name) => name !== 'floor');
const withoutFloor = draftless.filter((name) => name !== 'floor');
const inProcess = ['engine', 'sharp'] as const;

const plain = { source: 'photo', placeholder: true, contestants: withoutFloor, passes: 1 } as const;

const MEASURED: readonly Job[] = [
  {
    ...plain,
    id: 'thumbnail',
    title: 'Thumbnail: 200 × 200, JPEG',
    group: 'jobs',
    outputs: THUMBNAIL,
    contestants: small,
    passes: 6,
  },
  {
    ...plain,
    id: 'avatars',
    title: 'Avatar set: four squares up to 400, WebP',
    group: 'jobs',
    outputs: AVATARS,
    contestants: small,
    passes: 4,
  },
  {
    ...plain,
    id: 'web',
    title: 'Web variants: 320 to 1920 wide, WebP and JPEG',
    group: 'jobs',
    outputs: WEB,
    contestants: draftless,
  },
  {
    ...plain,
    ...{ id: 'avif', title: 'AVIF: 1280 wide', group: 'jobs' },
    outputs: [{ name: 'wide', format: 'avif', width: 1280 }],
  },
  {
    ...plain,
    ...{
      id: 'gif',
      title: 'Animated GIF to WebP: 24 frames, 320 wide',
      group: 'jobs',
      source: 'gif',
      animated: true,
    },
    outputs: [{ name: 'moving', format: 'webp', width: 320 }],
  },
  {
    ...plain,
    ...{
      id: 'screenshot',
      title: 'PNG screenshot: 1280 wide, PNG and WebP',
      group: 'jobs',
      source: 'screenshot',
    },
    outputs: [
      { name: 'png', format: 'png', width: 1280 },
      { name: 'webp', format: 'webp', width: 1280 },
    ],
  },
  {
    ...plain,
    ...{ id: 'tiff', title: '16-bit TIFF: 1920 wide, JPEG', group: 'jobs', source: 'tiff16' },
    outputs: [{ name: 'wide', format: 'jpeg', width: 1920 }],
  },
  {
    ...plain,
    ...{
      id: 'document',
      title: 'Document: TIFF of three A4 pages, each 800 wide, JPEG',
      group: 'jobs',
    },
    ...{ source: 'document', pages: 3 },
    outputs: [{ name: 'page', format: 'jpeg', width: 800 }],
  },
];

const GRID: readonly Job[] = ([1, 6] as const).flatMap((orientation) =>
  [true, false].flatMap((placeholder) =>
    (['cover', 'inside'] as const).map((fit): Job => {
      const output = { name: 'one', format: 'webp', width: 800, height: 600, fit } as const;
      return {
        ...plain,
        id: `grid-${orientation}-${placeholder ? 'placeholder' : 'none'}-${fit}`,
        title: `orientation ${orientation}, ${placeholder ? 'with' : 'without'} placeholder, ${fit}`,
        ...{ group: 'grid', source: orientation === 1 ? 'upright' : 'rotated', placeholder },
        ...{ outputs: [output], contestants: inProcess, passes: 10 },
      };
    }),
  ),
);

const ONE_QUESTION: readonly Job[] = [
  {
    ...plain,
    id: 'colour-plain',
    title: 'web variants of 12 megapixels, no profile',
    group: 'colour',
    source: 'upright',
    megapixels: 12,
    outputs: WEB,
    contestants: inProcess,
  },
  {
    ...plain,
    id: 'colour-p3',
    title: 'the same in Display P3',
    group: 'colour',
    source: 'p3',
    megapixels: 12,
    outputs: WEB,
    contestants: inProcess,
  },
  {
    ...plain,
    id: 'no-placeholder',
    title: 'Thumbnail without placeholder',
    group: 'parts',
    outputs: THUMBNAIL,
    placeholder: false,
    contestants: ['engine', 'function'],
    passes: 6,
  },
  {
    ...plain,
    id: 'tiny',
    title: 'An upload of 8 × 8 pixels: everything but decode and encode',
    group: 'parts',
    source: 'tiny',
    outputs: THUMBNAIL,
    contestants: ['function'],
    passes: 20,
  },
  // Of 12 megapixels, see `colour-plain`.
  ...[6, 24].map((megapixels): Job => ({
    ...plain,
    ...{
      id: `memory-${megapixels}`,
      title: `${megapixels} megapixels`,
      group: 'memory',
      megapixels,
    },
    ...{ source: 'upright', outputs: WEB, contestants: inProcess },
  })),
];

export const JOBS: readonly Job[] = [...MEASURED, ...GRID, ...ONE_QUESTION];

/** As a stack's file has it: sizes, quality and format, and no settings of encoders. */
export function recipeOf({
  id,
  outputs,
  placeholder,
  pages,
}: Job): SettingsInput['recipes'][number] {
  return {
    name: id,
    match: { prefix: `${id}/` },
    ...(!placeholder && { placeholder: false }),
    variants: outputs.map(({ name, width, height, fit, format }) => ({
      name,
      ...(pages !== undefined && { pages: 'all' as const }),
      steps: [
        { rotate: 'auto' as const },
        {
          resize: {
            ...{ width, withoutEnlargement: true },
            ...(height !== undefined && { height }),
            ...(height !== undefined && fit && { fit }),
          },
        },
        {
          encode: { format, ...((format === 'jpeg' || format === 'webp') && { quality: QUALITY }) },
        },
      ],
    })),
  };
}

/** Encoder settings in sharp's terms. */
export interface EncoderSettings {
  readonly jpeg: JpegOptions;
  readonly webp: WebpOptions;
  readonly avif: AvifOptions;
  readonly png: PngOptions;
}

/** What the engine does with each `effort` and the default qualities; a test compares the bytes of its files. */
export const SETTINGS: Readonly<Record<'fast' | 'balanced' | 'small', EncoderSettings>> = {
  fast: {
    jpeg: { quality: QUALITY, chromaSubsampling: '4:2:0', quantisationTable: 3 },
    webp: { quality: QUALITY, effort: 2 },
    avif: { quality: 60, effort: 0, chromaSubsampling: '4:2:0' },
    png: { compressionLevel: 2 },
  },
  balanced: {
    jpeg: { quality: QUALITY, chromaSubsampling: '4:2:0', quantisationTable: 3, progressive: true },
    webp: { quality: QUALITY, effort: 4 },
    avif: { quality: 60, effort: 1, chromaSubsampling: '4:2:0' },
    png: { compressionLevel: 6 },
  },
  small: {
    jpeg: {
      ...{ quality: QUALITY, chromaSubsampling: '4:2:0', quantisationTable: 3, progressive: true },
      ...{ trellisQuantisation: true, overshootDeringing: true },
    },
    webp: { quality: QUALITY, effort: 6 },
    avif: { quality: 60, effort: 3, chromaSubsampling: '4:2:0' },
    png: { compressionLevel: 9, adaptiveFiltering: true },
  },
};
export const BALANCED = SETTINGS.balanced;

/** What sharp does if only the quality is given. */
export const SHARPS_OWN: EncoderSettings = {
  ...{ jpeg: { quality: QUALITY }, webp: { quality: QUALITY }, avif: {}, png: {} },
};
