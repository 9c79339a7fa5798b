import type { Sharp } from 'sharp';
import type { Facts, SourceFacts } from './image-engine.ts';
import type { SharpSlot } from './sharp-order.ts';

/** Size and properties of a picture between two steps, known before any pixel is read. */
export interface Shape {
  /** Pixels; one page of an animation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8, not yet applied to the pixels; 1 if the pixels are upright. */
  readonly orientation: number;
  readonly hasAlpha: boolean;
}

/** Context of a step. */
export interface StepContext {
  readonly facts: SourceFacts;
  /** The declared input. The pixels may already be a reduced copy of it. */
  readonly input: Shape;
  /** The declared result for `input`. */
  readonly output: Shape;
  /** The image is the upload itself: `autoOrient()` and shrink-on-load work. */
  readonly fromUpload: boolean;
  /** The image is one frame of an animation. */
  readonly animated: boolean;
  /** Variants that use the step, for messages. Equal steps of several variants run once. */
  readonly variants: readonly string[];
  /** Aborted at the time limit of the upload or of the step. */
  readonly signal: AbortSignal;
  /**
   * Reads a side file such as a logo, at most 16 MiB. The definition's `sideFiles` must name it.
   * @throws Error if the file does not exist or is too large
   */
  readonly readFile: (name: string) => Promise<Uint8Array>;
  /** Opens a side file as a picture. Transforms cannot import sharp at run time. */
  readonly createImage: (file: Uint8Array) => Sharp;
}

/** Context for `slots`. */
export interface SlotContext {
  readonly fromUpload: boolean;
  /** Slots that earlier steps of the same sharp pipeline use. */
  readonly used: ReadonlySet<SharpSlot>;
}

/** Size to which a step scales its whole input. The planner decodes no more than that. */
export interface Scale {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly kernel: string;
  readonly fastShrinkOnLoad: boolean;
}

/** Pixels in memory: 8-bit sRGB, row by row, not premultiplied by alpha. */
export interface RawPixels {
  /** `width × height × channels` bytes. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 3 is RGB, 4 is RGBA. */
  readonly channels: 3 | 4;
}

/** As `RawPixels`, in 8 or 16 bits per channel and in the colours of the variant. */
export interface AnyPixels extends Omit<RawPixels, 'data'> {
  /** `width × height × channels` samples. */
  readonly data: Uint8Array | Uint16Array;
}

type Awaitable<T> = T | Promise<T>;

/** A step that the engine runs. */
export type Action =
  /** Adds sharp's lazy operations to the image. */
  | {
      readonly kind: 'pixels';
      apply(image: Sharp, context: StepContext): Awaitable<Sharp>;
      /** CPU time for a picture, seconds of the reference core. Left out if one pass over the pixels is all. */
      cpuSeconds?(input: Shape): number;
    }
  /** Computes on pixels; may change them in place. */
  | { readonly kind: 'raw'; apply(pixels: RawPixels, context: StepContext): Awaitable<RawPixels> }
  /** As `raw`, on pixels of 8 or 16 bits in the variant's colours. */
  | {
      readonly kind: 'samples';
      apply(pixels: AnyPixels, context: StepContext): Awaitable<AnyPixels>;
    }
  /** Analyses the picture without changing it. */
  | { readonly kind: 'facts'; apply(image: Sharp, context: StepContext): Awaitable<Facts> };

/** Decides how the file is written. Its position among the steps does not matter. */
export interface Setting {
  readonly kind: 'setting';
}

/**
 * Joins the pictures of several pages or frames. The plan of a page ends before it, and that of the joined picture begins
 * after it (`montage-part.ts`).
 */
export interface Join {
  readonly kind: 'join';
}

/** A transform with its options. Sizes are exact and known before any pixel is read, unless it is `measured`. */
export type BoundTransform = (Action | Setting | Join) & {
  readonly name: string;
  /** The pixels decide about the size of the result. `after` returns the maximum size; the plan is completed later. */
  readonly measured?: boolean;
  /** Animations stay unchanged. Otherwise a measured step is not applicable to an animation. */
  readonly keepsAnimations?: boolean;
  /** @throws NotApplicableError if the options do not fit the picture */
  after(input: Shape): Shape;
  /** `undefined` if unknown: the step then has its own sharp pipeline. */
  slots(input: Shape, context: SlotContext): readonly SharpSlot[] | undefined;
  scale(input: Shape): Scale | undefined;
};
