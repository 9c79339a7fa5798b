import type { Scale, Shape } from '../bound-transform.ts';
import { NotApplicableError } from '../image-error.ts';
import { makesGrey, type SharpSlot, barrierReason, worksInAnyColours } from '../sharp-order.ts';
import { LOST_PROFILE } from './decode-mode.ts';
import type { DecodeMode, Operation, StageInput } from './render-plan.ts';
import type { BoundStep } from './step-tree.ts';

/** A sharp pipeline that can accept more steps. */
export interface OpenStage {
  readonly input: StageInput;
  readonly mode: DecodeMode;
  readonly operations: readonly Operation[];
  readonly used: ReadonlySet<SharpSlot>;
  /** Declared shape after the steps so far. */
  readonly shape: Shape;
  /** Real size of the pixels. A shared scaling may have made it smaller than `shape`, and a decoder that scales any size. */
  readonly actual: { readonly width: number; readonly height: number };
  /** Pixels per inch of `shape`, if they are known and the same in both directions. */
  readonly density?: number | undefined;
  readonly gainedAlpha?: boolean;
  /** The upload is a drawing: a pipeline that starts from it draws it at the size of its resize, also if it enlarges. */
  readonly vector?: boolean;
  /** Names the pixels inside the pipeline if they are not 8-bit RGB. */
  readonly unusualPixels?: string;
  /** Why no step may follow in this pipeline. */
  readonly sealed?: string;
  /** The pixels have the colours of the upload's profile, and the upload has so many of them. */
  readonly unconverted?: number;
}

/**
 * Whether the colours are converted at the end of the pipeline, and not by the decoder. This pays if the pipeline leaves
 * much fewer pixels than it decodes, because they have to be in memory.
 */
export function convertsLast({ unconverted, actual }: OpenStage): boolean {
  return unconverted !== undefined && 2 * actual.width * actual.height <= unconverted;
}

/** Returns the stage with one more operation, or the reason for a barrier before it. */
export function withOperation(open: OpenStage, operation: Operation): OpenStage | string {
  const { slots, bound } = operation;
  if (open.sealed) return open.sealed;
  const inAnyColours = worksInAnyColours(slots);
  if (!inAnyColours && convertsLast(open)) {
    return `${operation.transform} works on sRGB, which reduced pixels are converted to`;
  }
  if (bound.kind !== 'pixels' && (open.input === 'upload' || open.operations.length > 0)) {
    return `${operation.transform} works on pixels in memory`;
  }
  const alone = `${operation.transform} has a pipeline of its own`;
  if (slots === undefined && (open.operations.length > 0 || open.unusualPixels)) return alone;
  const isGrey = makesGrey(slots ?? []);
  // sharp converts grey pixels to RGB at the end.
  const mayLoseProfile = isGrey && open.mode.keepColours;
  if (mayLoseProfile && open.operations.length > 0) return LOST_PROFILE;
  const { output } = operation;
  const { unconverted, ...rest } = open;
  const reason = barrierReason(
    {
      used: open.used,
      hasAlpha: open.shape.hasAlpha || output.hasAlpha,
      gainedAlpha: open.gainedAlpha ?? false,
      ...(open.unusualPixels ? { unusualPixels: open.unusualPixels } : {}),
    },
    slots ?? [],
  );
  if (reason) return reason;
  return {
    ...rest,
    ...(unconverted !== undefined && inAnyColours ? { unconverted } : {}),
    operations: [...open.operations, operation],
    used: new Set([...open.used, ...(slots ?? [])]),
    shape: output,
    actual: { width: output.width, height: output.height },
    ...(output.hasAlpha && !open.shape.hasAlpha ? { gainedAlpha: true } : {}),
    ...(isGrey ? { unusualPixels: 'grey ones' } : {}),
    ...(mayLoseProfile ? { sealed: LOST_PROFILE } : {}),
    ...(slots === undefined ? { sealed: alone } : {}),
  };
}

/** A scaling keeps the size of the picture on paper. One that is not the same in both directions leaves it unknown. */
function densityAfter({ density, shape }: OpenStage, scale: Scale | undefined): number | undefined {
  if (density === undefined || !scale) return density;
  const [x, y] = [scale.width / shape.width, scale.height / shape.height];
  // Sides are whole numbers.
  const isUniform = Math.abs(scale.height - x * shape.height) <= 1 || Math.abs(x - y) <= 0.01 * y;
  return isUniform ? density * (scale.width > scale.height ? x : y) : undefined;
}

/** As `withOperation`, for a step of the variants. */
export function withStep(
  given: OpenStage,
  { transform, options, bound, step }: BoundStep,
  variants: readonly string[],
): OpenStage | string {
  if (bound.kind === 'setting' || bound.kind === 'join') return given;
  const output = bound.after(given.shape);
  const scale = bound.scale(given.shape);
  // Square pixels are what the density is about (`squarePixels`).
  const density = transform === 'scale' ? given.density : densityAfter(given, scale);
  const open = { ...given, density };
  const { width, height } = open.actual;
  const isDone =
    scale?.width === width &&
    scale.height === height &&
    output.width === width &&
    output.height === height;
  // The shared scaling has already produced exactly this size.
  if (isDone) return { ...open, shape: output };
  const fromUpload = open.input === 'upload' && open.operations.length === 0;
  const slots = bound.slots(open.shape, { fromUpload, used: open.used });
  // The step has no effect on this picture, for example a second `rotate: auto`.
  if (slots?.length === 0) return { ...open, shape: output };
  const { shape: input } = open;
  const { measured = false } = bound;
  if (measured && open.mode.animated) {
    if (bound.keepsAnimations) return open;
    throw new NotApplicableError('frames of an animation would have different sizes');
  }
  const operation = { transform, options, bound, variants, step, input, output, measured };
  return withOperation(open, slots ? { ...operation, slots } : operation);
}
