import type { DecodeCost } from './cost/decode-cost.ts';
import type { AnimationStructure, Structure } from './cost/structure.ts';
import type { SkipCode } from './image-error.ts';

/** Formats of uploads. `svg` is off unless a recipe allows it: SVGs can load other files and expand in memory. */
export const SOURCE_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'svg'] as const;
/** One of them, or a format of a decoder (`defineDecoder`). */
export type SourceFormat = (typeof SOURCE_FORMATS)[number] | (string & {});

/** Whether files of this format are documents, whose pages are pictures of their own. */
export function hasPages(format: SourceFormat): boolean {
  return format === 'tiff' || !SOURCE_FORMATS.some((known) => known === format);
}

/** Whether a file is an animation that the engine decodes frame by frame. */
export function isAnimation({ format, pages }: Pick<SourceFacts, 'format' | 'pages'>): boolean {
  return pages > 1 && (format === 'gif' || format === 'webp');
}

/** Formats of outputs that are pictures. */
export const PICTURE_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** Formats of outputs: pictures and documents. */
export const OUTPUT_FORMATS = [...PICTURE_FORMATS, 'pdf'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Whether an output can have the format of its upload. A PDF is drawn anew: the upload could carry scripts. */
export function isPictureFormat(format: SourceFormat): format is PictureFormat {
  return PICTURE_FORMATS.some((known) => known === format);
}

/** Extension (without the dot) and media type of each output format. */
export const OUTPUT_FILES: Readonly<
  Record<OutputFormat, { readonly extension: string; readonly contentType: string }>
> = {
  jpeg: { extension: 'jpg', contentType: 'image/jpeg' },
  png: { extension: 'png', contentType: 'image/png' },
  webp: { extension: 'webp', contentType: 'image/webp' },
  avif: { extension: 'avif', contentType: 'image/avif' },
  gif: { extension: 'gif', contentType: 'image/gif' },
  tiff: { extension: 'tiff', contentType: 'image/tiff' },
  pdf: { extension: 'pdf', contentType: 'application/pdf' },
};

/** Presets for encoder options that an `encode` step leaves out: CPU time against file size. */
export const EFFORTS = ['fast', 'balanced', 'small'] as const;
export type Effort = (typeof EFFORTS)[number];
export const DEFAULT_EFFORT: Effort = 'balanced';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Options of decoders by their names, as a recipe gives them. */
export type DecoderOptions = Readonly<Record<string, unknown>>;

/** Pixels per inch of the upright picture. They differ if the pixels are not square, as in faxes. */
export interface Resolution {
  readonly x: number;
  readonly y: number;
}

/** Facts from the header of an upload; no pixel is decoded. */
export interface SourceFacts {
  readonly format: SourceFormat;
  /** Pixels as displayed, with EXIF orientation applied; the size of one page of an animation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 if the file has none. */
  readonly orientation: number;
  /** Frames or pages, at least 1. */
  readonly pages: number;
  /** The page that these facts are about, from 2; its own `pages` is 1. Left out for the first page and for whole files. */
  readonly page?: number;
  /** The facts are about each frame of this animation, as it is shown; their own `pages` is 1. Left out for whole files. */
  readonly frameOf?: AnimationStructure;
  /**
   * The facts are about a sheet, a PNG that `ImageEngine.sheet` has made of pages or frames of an upload in this format.
   * Left out for uploads.
   */
  readonly sheetOf?: SourceFormat;
  /** Size of the file, bytes. */
  readonly bytes: number;
  readonly hasAlpha: boolean;
  /** Left out if the file does not say it. */
  readonly resolution?: Resolution;
  /** Progressive JPEG or interlaced PNG. The decoder keeps the whole picture in memory. */
  readonly progressive: boolean;
  /** Number of further pictures after a JPEG in its file, such as a gain map; left out if zero. */
  readonly otherPictures?: number;
  /** Their structures, as far as decoders can read them; left out if there are none. */
  readonly otherStructures?: readonly Structure[];
  /** Capture time as the camera wrote it, `YYYY-MM-DDTHH:mm:ss`, without a zone. */
  readonly takenAt?: string;
  /** Make and model from EXIF. */
  readonly camera?: string;
  /** Coding of the pixels; default 8-bit sRGB. */
  readonly coding?: SourceCoding;
  /** The properties of the file that decide what a decode costs; left out if they are not known. */
  readonly structure?: Structure;
}

/** Coding of an upload's pixels. It decides about colour conversion, barriers and the memory for decoding. */
export interface SourceCoding {
  /** Bits per channel as decoded. */
  readonly depth: 8 | 16;
  readonly space: 'rgb' | 'grey' | 'cmyk';
  /** Embedded ICC profile. `srgb` needs no conversion; damaged profiles count as `none`. */
  readonly profile: 'none' | 'srgb' | 'other';
  /** The `other` profile converts by tables, which takes longer than by primaries and curves. */
  readonly profileTables?: true;
  /** JPEG and AVIF: `4:2:0`, `4:4:4`, … */
  readonly chromaSubsampling?: string;
  /**
   * Bits of a decoded sample, if the engine decodes the whole picture to correct its pixels before any step: HDR,
   * premultiplied alpha, 16-bit grey with a profile, 32-bit samples. The other properties describe the corrected pixels.
   */
  readonly correctedFrom?: 8 | 16 | 32;
}

/** Result of an analysing step for the manifest; plain JSON. */
export type Facts = string | number | boolean | null | Facts[] | { [name: string]: Facts };

/** A parsed step: the transform's name and its options with defaults, plain JSON. */
export interface Step {
  readonly transform: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * An output to make from an upload. Each step works on the result of the previous step. With a `montage` step, its upload
 * gives a cell (`RenderedCell`), and the sheet of all cells gives the output.
 */
export interface Variant {
  readonly name: string;
  readonly steps: readonly Step[];
  /** For animations: `keep` (default) keeps all frames if the output format supports them, `first` keeps the first frame. */
  readonly animated?: 'keep' | 'first' | undefined;
  /** The frame that is its upload, from 1. Required if the facts are those of frames, and left out otherwise. */
  readonly frame?: number | undefined;
}

/** The encoded file of a variant. */
export interface RenderedOutput {
  readonly kind: 'output';
  readonly variant: string;
  readonly bytes: Uint8Array;
  readonly format: OutputFormat;
  /** Pixels; one page of an animation, the first page of a document. */
  readonly width: number;
  readonly height: number;
  /** Of a document. */
  readonly pages?: number;
  /** `fit` of the variant's last resize, for page layout. */
  readonly fit?: string;
  /** Results of the variant's analysing steps, by transform name. */
  readonly facts?: Readonly<Record<string, Facts>>;
}

/** The picture of one page or frame of a variant with a `montage` step, for `ImageEngine.sheet`. */
export interface RenderedCell extends Size {
  readonly kind: 'cell';
  readonly variant: string;
  /** A PNG that is not compressed. */
  readonly bytes: Uint8Array;
}

/** Placeholder for a picture that is still loading. Parts that the request does not ask for are left out. */
export interface RenderedPlaceholder {
  readonly kind: 'placeholder';
  /** ThumbHash, base64. */
  readonly thumbhash?: string;
  /** BlurHash of 4×3 components, 3×4 for portraits. Transparent parts become white: BlurHash has no alpha. */
  readonly blurhash?: string;
  /** `#rrggbb`. */
  readonly dominantColour?: string;
}

/** Parts of a placeholder. If all are false, the engine makes no placeholder. */
export interface PlaceholderParts {
  readonly thumbhash: boolean;
  readonly dominantColour: boolean;
  readonly blurhash: boolean;
}

export const DEFAULT_PLACEHOLDER: PlaceholderParts = {
  thumbhash: true,
  dominantColour: true,
  blurhash: false,
};

export const NO_PLACEHOLDER: PlaceholderParts = {
  thumbhash: false,
  dominantColour: false,
  blurhash: false,
};

/** What can be measured of the samples of an upload. */
export const MEASURES = ['minimum', 'maximum', 'mean', 'percentiles', 'histogram'] as const;
export type Measure = (typeof MEASURES)[number];

/** The samples of one channel, as the file stores them: from 0 to 255, or to 65,535; or the values of measurements. */
export interface MeasuredChannel {
  readonly channel: 'grey' | 'red' | 'green' | 'blue';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly mean?: number;
  /** By their numbers; between two samples interpolated. */
  readonly percentiles?: Readonly<Record<string, number>>;
  /** How many samples are in each of the parts, equal ones, of the range. `to` belongs to it if the samples are measurements. */
  readonly histogram?: {
    readonly from: number;
    readonly to: number;
    readonly counts: readonly number[];
  };
}

/** What the samples of the upload are: of its first page or frame, without alpha. */
export interface Measured {
  readonly kind: 'measured';
  readonly channels: readonly MeasuredChannel[];
}

/** A variant that cannot be made of this upload; the other variants are made. */
export interface SkippedVariant {
  readonly kind: 'skipped';
  readonly variant: string;
  /** `TOO_LARGE`: the file would exceed the maximum size of its format. `NOT_APPLICABLE`: a step does not fit the picture. */
  readonly code: SkipCode;
  readonly message: string;
}

export type Rendered =
  RenderedOutput | RenderedCell | RenderedPlaceholder | Measured | SkippedVariant;

export interface RenderRequest {
  readonly source: Uint8Array;
  readonly facts: SourceFacts;
  /** For messages. */
  readonly recipe: string;
  readonly variants: readonly Variant[];
  /** Default: `DEFAULT_PLACEHOLDER`. */
  readonly placeholder?: PlaceholderParts;
  /** Steps before those of the placeholder itself. Default: none. */
  readonly placeholderSteps?: readonly Step[];
  /** What to measure of the upload, in a decode of its own. Default: nothing. */
  readonly measures?: readonly Measure[];
  /** Default: `DEFAULT_EFFORT`. */
  readonly effort?: Effort | undefined;
  /** Number of files encoded in parallel, at least 1. It does not change the bytes. Default: the engine's own value. */
  readonly concurrency?: number;
  /**
   * Variants whose outputs already exist. The plan includes them, because the other outputs must have the same bytes
   * as without this option; the engine does not encode them. Default: none.
   */
  readonly done?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/** The inputs of an estimate. */
export type EstimateRequest = Pick<
  RenderRequest,
  | 'facts'
  | 'recipe'
  | 'variants'
  | 'placeholder'
  | 'placeholderSteps'
  | 'measures'
  | 'effort'
  | 'concurrency'
>;

/** What the bytes of an upload are, found without a decoder. */
export interface Survey {
  readonly format: SourceFormat;
  /** Left out if the cost of a decode cannot be estimated. */
  readonly structure?: Structure;
}

/** A cell as its plan declares it; pixels of a step that measures may have less. */
export interface PlannedCell extends Size {
  readonly variant: string;
  readonly hasAlpha: boolean;
  readonly depth: 8 | 16;
  /** The size is exact. */
  readonly isExact: boolean;
}

/** What a rendering costs, estimated before any pixel is decoded. */
export interface RenderEstimate {
  /** Frames or pages that are decoded. The first frame counts with its file, not with the frames that have pictures. */
  readonly pages: number;
  /** The size at which a drawing is decoded, if it is not that of the facts. */
  readonly drawn?: Size;
  /** Reading the header, and all decodes of the upload; left out if the structure is not known. */
  readonly decoding?: DecodeCost;
  /** CPU time of steps that may take minutes, seconds of the reference core. Left out if the plan has none. */
  readonly stepSeconds?: number;
  /** Variants that cannot be made, as far as that is known before decoding; left out if there are none. */
  readonly skipped?: readonly SkippedVariant[];
  /** Bytes of the files that are pages of documents. Absent without documents. */
  readonly documentBytes?: number;
  /** Of variants with a `montage` step, in the order of the frames. Absent without such variants. */
  readonly cells?: readonly PlannedCell[];
  /** Peak memory of the whole rendering in addition to the process at rest, MiB; on the safe side. */
  readonly memory: number;
}

/** Port between pipeline and engine. `@darkroom/transforms/engine` implements it with sharp. */
export interface ImageEngine {
  /**
   * Detects the format and reads the structure of the file: linear in its length, and safe for any bytes.
   * @throws ImageError `UNSUPPORTED_FORMAT` (names the detected type) or `CORRUPT_IMAGE`
   */
  survey(source: Uint8Array): Promise<Survey>;
  /**
   * Reads the header with the format's decoder.
   * @param part the page of a document (`hasPages`), from 1, which is the default; or the frames of an animation
   * (`isAnimation`), which all have the same facts
   * @param decoders the recipe's options; those left out have their defaults
   * @throws ImageError `UNSUPPORTED_FORMAT` (names the detected type) or `CORRUPT_IMAGE`
   */
  inspect(
    source: Uint8Array,
    part?: number | 'frames',
    decoders?: DecoderOptions,
  ): Promise<SourceFacts>;
  /**
   * Estimates what rendering costs.
   * @throws ImageError as `render`, for what is clear before decoding
   */
  estimate(request: EstimateRequest): RenderEstimate;
  /**
   * Renders the variants that are not done and the placeholder from one decode. Yields each output when it is encoded:
   * cheap ones first, not in the recipe's order. The same source and variants give the same bytes.
   * Also yields each variant that cannot be made of this upload. Files that are equal by the plan are encoded once.
   * If the caller leaves the loop early, the generator waits for running encoders.
   * @throws ImageError `CORRUPT_IMAGE`, `TOO_LARGE`, `TRANSFORM_FAILED` or `TIMEOUT`
   */
  render(request: RenderRequest): AsyncIterable<Rendered>;
  /** Joins documents of one page each to one, in this order. The engine has made them. */
  join(pages: readonly Uint8Array[]): Promise<Uint8Array>;
  /**
   * Joins the cells of a variant, in this order. The engine has made them.
   * @returns the upload of which `render` makes the output of the variant
   */
  sheet(
    cells: readonly RenderedCell[],
    of: { readonly variant: Variant; readonly format: SourceFormat },
  ): Promise<Pick<RenderRequest, 'source' | 'facts'>>;
}
