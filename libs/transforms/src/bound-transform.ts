import type { Sharp } from 'sharp';
import type { Facts, SourceFacts } from './image-engine.ts';
import type { SharpSlot } from './sharp-order.ts';

/** What is known of a picture between two steps, before any pixel is read. */
export interface Shape {
  /** Pixels; one page of an animation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8, that the pixels still wait for; 1 once they are upright. */
  readonly orientation: number;
  readonly hasAlpha: boolean;
}

/** What a step knows about its place. */
export interface StepContext {
  readonly facts: SourceFacts;
  /** The step's input as declared, even where the pixels at hand are an already reduced copy of it. */
  readonly input: Shape;
  /** What the step said that it makes of `input`. */
  readonly output: Shape;
  /** The image is the upload itself, so that `autoOrient()` and shrink-on-load work. */
  readonly fromUpload: boolean;
  /** Works on one frame of an animation. */
  readonly animated: boolean;
  /** Variants that the step is done for, for messages; equal steps of several variants are done once. */
  readonly variants: readonly string[];
  /** Aborted when the upload's time is over, or the step's own. */
  readonly signal: AbortSignal;
  /**
   * Reads a side file such as a logo, one of those that the definition's `sideFiles` tells; at most 16 MiB.
   * @throws Error where there is none, or it is too large
   */
  readonly readFile: (name: string) => Promise<Uint8Array>;
  /** Opens a side file as a picture, since transforms import sharp as a type only. */
  readonly createImage: (file: Uint8Array) => Sharp;
}

/** What a step knows when the planner asks which of sharp's operations it will use. */
export interface SlotContext {
  readonly fromUpload: boolean;
  /** Slots that earlier steps of the same sharp pipeline use. */
  readonly used: ReadonlySet<SharpSlot>;
}

/** The size that a step scales its whole input to; the planner then decodes no more than that. */
export interface Scale {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly kernel: string;
  readonly fastShrinkOnLoad: boolean;
}

/** Pixels in memory: 8-bit sRGB, row by row, colours not multiplied by alpha. */
export interface RawPixels {
  /** `width × height × channels` bytes. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 3 is RGB, 4 is RGBA. */
  readonly channels: 3 | 4;
}

type Awaitable<T> = T | Promise<T>;

/** What a step does when its turn comes. */
export type Action =
  /** Adds sharp's lazy operations to the image. */
  | { readonly kind: 'pixels'; apply(image: Sharp, context: StepContext): Awaitable<Sharp> }
  /** Computes on pixels, which are the step's own to change. */
  | { readonly kind: 'raw'; apply(pixels: RawPixels, context: StepContext): Awaitable<RawPixels> }
  /** Looks at the picture, and leaves it alone. */
  | { readonly kind: 'facts'; apply(image: Sharp, context: StepContext): Awaitable<Facts> };

/** Decides how the file is written, wherever it stands in the steps. */
export interface Setting {
  readonly kind: 'setting';
}

/** A step: a transform with its options. Sizes are exact and known before any pixel is read, unless it is `measured`. */
export type BoundTransform = (Action | Setting) & {
  readonly name: string;
  /** The pixels decide on the size of the result: `after` tells the most that it can be, and the plan goes on later. */
  readonly measured?: boolean;
  /** @throws Error where the options do not fit the picture; the message says how. */
  after(input: Shape): Shape;
  /** `undefined`: unknown to the planner, so the step has a sharp pipeline of its own. */
  slots(input: Shape, context: SlotContext): readonly SharpSlot[] | undefined;
  scale(input: Shape): Scale | undefined;
};
