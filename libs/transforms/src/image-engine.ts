/** Formats that an upload may have. `svg` is off unless a recipe allows it: it can reach out and blow up. */
export const SOURCE_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'svg'] as const;
export type SourceFormat = (typeof SOURCE_FORMATS)[number];

/** Formats that a variant may be written in. */
export const OUTPUT_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

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
};

/** How hard encoders work where an `encode` step does not say it: CPU against bytes. */
export const EFFORTS = ['fast', 'balanced', 'small'] as const;
export type Effort = (typeof EFFORTS)[number];
export const DEFAULT_EFFORT: Effort = 'balanced';

/** What the header of an upload tells; nothing of it was decoded. */
export interface SourceFacts {
  readonly format: SourceFormat;
  /** Pixels, as displayed: EXIF orientation applied. One page of an animation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 where there is none. */
  readonly orientation: number;
  /** Frames or pages, at least 1. */
  readonly pages: number;
  /** Size of the file, bytes. */
  readonly bytes: number;
  readonly hasAlpha: boolean;
  /** Progressive JPEG or interlaced PNG: decoding holds the whole picture in memory. */
  readonly progressive: boolean;
  /** Pictures that stand behind a JPEG in its file, such as a gain map; left out where there is none. */
  readonly otherPictures?: number;
  /** Capture time as the camera wrote it, `YYYY-MM-DDTHH:mm:ss`, without a zone. */
  readonly takenAt?: string;
  /** Maker and model, as EXIF has them. */
  readonly camera?: string;
  /** How the pixels are coded; left out it counts as plain 8-bit sRGB. */
  readonly coding?: SourceCoding;
}

/** How an upload's pixels are coded: decides colour conversion, barriers and the memory that decoding takes. */
export interface SourceCoding {
  /** Bits per channel as decoded. */
  readonly depth: 8 | 16;
  readonly space: 'rgb' | 'grey' | 'cmyk';
  /** Embedded ICC profile: `srgb` needs no conversion; a damaged one counts as `none`. */
  readonly profile: 'none' | 'srgb' | 'other';
  /** JPEG and AVIF: `4:2:0`, `4:4:4`, … */
  readonly chromaSubsampling?: string;
}

/** What a step has found out, for the manifest: plain JSON. */
export type Facts = string | number | boolean | null | Facts[] | { [name: string]: Facts };

/** A step as a recipe's schema leaves it: the transform's name and its parsed options, plain JSON. */
export interface Step {
  readonly transform: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** One picture to make of an upload: its steps, each on the result of the one before. */
export interface Variant {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Of an animation: all frames where the output can hold them (`keep`, the default), or a still of the first. */
  readonly animated?: 'keep' | 'first' | undefined;
}

/** A variant, made. */
export interface RenderedOutput {
  readonly kind: 'output';
  readonly variant: string;
  readonly bytes: Uint8Array;
  readonly format: OutputFormat;
  /** Pixels; one page of an animation. */
  readonly width: number;
  readonly height: number;
  /** `fit` of the variant's last resize, for applications that lay pictures out. */
  readonly fit?: string;
  /** What the variant's analysing steps have found out, by their transform's name. */
  readonly facts?: Readonly<Record<string, Facts>>;
}

/** What stands in for a picture until it has loaded; what the request did not ask for is left out. */
export interface RenderedPlaceholder {
  readonly kind: 'placeholder';
  /** ThumbHash, base64. */
  readonly thumbhash?: string;
  /** BlurHash of 4×3 components, 3×4 for a portrait; transparent parts are white, since it has no transparency. */
  readonly blurhash?: string;
  /** `#rrggbb`. */
  readonly dominantColour?: string;
}

/** What a placeholder consists of; of nothing, none is made. */
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

export type Rendered = RenderedOutput | RenderedPlaceholder;

export interface RenderRequest {
  readonly source: Uint8Array;
  readonly facts: SourceFacts;
  /** For messages. */
  readonly recipe: string;
  readonly variants: readonly Variant[];
  /** Default: `DEFAULT_PLACEHOLDER`. */
  readonly placeholder?: PlaceholderParts;
  /** Default: `DEFAULT_EFFORT`. */
  readonly effort?: Effort | undefined;
  /** Files that are encoded at once, at least 1; changes no byte of them. Default: the engine's own. */
  readonly concurrency?: number;
  /**
   * Variants that are there already: they are planned, so that the others are the same bytes as with them, and not
   * made. Default: none.
   */
  readonly done?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

/** All that the memory of a rendering depends on. */
export type MemoryRequest = Pick<
  RenderRequest,
  'facts' | 'recipe' | 'variants' | 'placeholder' | 'effort' | 'concurrency'
>;

/** The engine as the pipeline sees it; `@darkroom/transforms/engine` implements it on sharp. */
export interface ImageEngine {
  /**
   * Reads the header.
   * @throws ImageError `UNSUPPORTED_FORMAT` (names the detected type) or `CORRUPT_IMAGE`
   */
  inspect(source: Uint8Array): Promise<SourceFacts>;
  /**
   * MiB that rendering takes at its peak beside the process itself, told before any pixel is decoded; on the safe side.
   * @throws ImageError as `render`, for what is clear before decoding
   */
  memory(request: MemoryRequest): number;
  /**
   * Makes the variants but those that are done from one decode, yielding each when it is encoded (cheap ones first, not
   * in the recipe's order), and the placeholder. The same source and variants give the same bytes.
   * Leaving the loop early waits for what is under way.
   * @throws ImageError `CORRUPT_IMAGE`, `TOO_LARGE`, `TRANSFORM_FAILED` or `TIMEOUT`
   */
  render(request: RenderRequest): AsyncIterable<Rendered>;
}
