/**
 * The fixed order of the operations in one sharp pipeline, independent of the call order. Source: sharp 0.35.5,
 * `src/pipeline.cc`. The number after each slot is the line where the operation begins; `sharp-order.test.ts` checks it.
 * A second call of an operation replaces the first, and therefore a pipeline uses each slot once.
 */
export const SHARP_ORDER = [
  'autoOrient', // 114 with an extract, else 449; either way sizes for `resize` are upright ones (197)
  'trim', // 161
  'extractPre', // 171
  'flatten', // 400
  'gammaIn', // 405
  'grayscale', // 410
  'resize', // 433
  'flip', // 459
  'flop', // 466
  'rotate90', // 473
  'cropEmbed', // 510
  'rotateAngle', // 581
  'extractPost', // 594
  'affine', // 613
  'extend', // 630
  'median', // 657
  'threshold', // 662
  'blur', // 678
  'modulate', // 706
  'sharpen', // 712
  'composite', // 724
  'gammaOut', // 827
  'linear', // 832
  'normalise', // 837
  'clahe', // 844
  'tint', // 868
  'removeAlpha', // 873
  'ensureAlpha', // 878
  'negate', // 928
] as const;

export type SharpSlot = (typeof SHARP_ORDER)[number];

const POSITION: ReadonlyMap<SharpSlot, number> = new Map(
  SHARP_ORDER.map((slot, index) => [slot, index]),
);

function position(slot: SharpSlot): number {
  return POSITION.get(slot) ?? -1;
}

/** sharp premultiplies colours by alpha if one of these operations is used (426, 718). */
const PREMULTIPLYING: ReadonlySet<SharpSlot> = new Set(['resize', 'blur', 'sharpen']);
/** These operations give a different result on premultiplied colours. */
const STRAIGHT_ALPHA_ONLY: ReadonlySet<SharpSlot> = new Set([
  'rotateAngle',
  'affine',
  'median',
  'threshold',
  'modulate',
]);
/** These operations produce floating-point pixels, which sharp casts to integers only at the end of the pipeline. */
const FLOATING: ReadonlySet<SharpSlot> = new Set(['blur', 'sharpen', 'composite']);
/** These operations use lookup tables or a channel's maximum and need integers. */
const INTEGER_ONLY: ReadonlySet<SharpSlot> = new Set([
  'gammaOut',
  'linear',
  'normalise',
  'clahe',
  'tint',
  'negate',
]);
/** These change the size after an extract; sharp still reports the extract's size (1427). */
const RESIZING_LATE: ReadonlySet<SharpSlot> = new Set(['affine', 'extend']);
/** Operations with the same result on one grey channel, 16-bit pixels and 8-bit RGB. */
const PLAIN_GEOMETRY: ReadonlySet<SharpSlot> = new Set([
  'autoOrient',
  'extractPre',
  'resize',
  'flip',
  'flop',
  'rotate90',
  'extractPost',
]);

/** Operations with the same result in any colours. A search for the liveliest part finds it in any colours, too. */
const ANY_COLOURS: ReadonlySet<SharpSlot> = new Set([...PLAIN_GEOMETRY, 'cropEmbed']);

/** Whether a step may run before the colours of its input are converted. */
export function worksInAnyColours(slots: readonly SharpSlot[] | undefined): boolean {
  return slots?.every((slot) => ANY_COLOURS.has(slot)) ?? false;
}

/** Whether sharp would make the whole picture upright before it reduces it, because of an extract (114): 5 times as slow. */
export function losesShrinkOnLoad(
  used: ReadonlySet<SharpSlot>,
  slots: readonly SharpSlot[] | undefined,
): boolean {
  return used.has('autoOrient') && (slots?.includes('extractPost') ?? false);
}

/** State of an open pipeline, for `barrierReason`. */
interface OpenPipeline {
  readonly used: ReadonlySet<SharpSlot>;
  readonly hasAlpha: boolean;
  /** A step of this pipeline added alpha, after sharp had decided not to premultiply. */
  readonly gainedAlpha: boolean;
  /** Names the pixels inside the pipeline if they are not 8-bit RGB, for example one grey channel or 16 bits. */
  readonly unusualPixels?: string;
}

/** Returns why a step that uses `slots` cannot join the pipeline; `undefined` if it can. */
export function barrierReason(
  pipeline: OpenPipeline,
  slots: readonly SharpSlot[],
): string | undefined {
  const last = [...pipeline.used].sort((a, b) => position(b) - position(a))[0];
  const first = [...slots].sort((a, b) => position(a) - position(b))[0];
  if (last && first && position(first) <= position(last)) {
    return first === last
      ? `sharp does ${first} once per pipeline`
      : `sharp does ${first} before ${last}`;
  }
  if (losesShrinkOnLoad(pipeline.used, slots) && pipeline.used.has('resize')) {
    return 'sharp makes upright before an extract, and cannot shrink on load then';
  }
  if (pipeline.used.has('autoOrient') && slots.includes('trim')) {
    return 'sharp trims before it makes upright';
  }
  if (pipeline.used.has('rotate90') && slots.includes('rotateAngle')) {
    return 'the second rotate of a pipeline replaces the first (operation.mjs, rotate)';
  }
  if (pipeline.hasAlpha) {
    const all = new Set([...pipeline.used, ...slots]);
    const straight = [...all].find((slot) => STRAIGHT_ALPHA_ONLY.has(slot));
    const multiplied = [...all].find((slot) => PREMULTIPLYING.has(slot));
    if (straight && multiplied) {
      return `sharp multiplies colours by alpha around ${multiplied}, which changes ${straight}`;
    }
  }
  const multiplying = slots.find((slot) => PREMULTIPLYING.has(slot));
  if (pipeline.gainedAlpha && multiplying) {
    return `sharp multiplies colours by alpha around ${multiplying} only when the pipeline began with alpha`;
  }
  const floating = [...pipeline.used].find((slot) => FLOATING.has(slot));
  const integerOnly = slots.find((slot) => INTEGER_ONLY.has(slot));
  if (floating && integerOnly) {
    return `${integerOnly} needs the integers that sharp makes of ${floating} at the end of a pipeline`;
  }
  const late = slots.find((slot) => RESIZING_LATE.has(slot));
  if (late && (pipeline.used.has('extractPost') || slots.includes('extractPost'))) {
    return `sharp reports the size before ${late} when there was an extract`;
  }
  const unusual = slots.find((slot) => !PLAIN_GEOMETRY.has(slot));
  if (pipeline.unusualPixels && unusual) {
    return `${unusual} works on 8-bit RGB, and here are ${pipeline.unusualPixels}`;
  }
  return undefined;
}

/** Whether the step may produce floating-point pixels, which a TIFF would keep. */
export function leavesFloats(slots: readonly SharpSlot[] | undefined): boolean {
  return slots?.some((slot) => FLOATING.has(slot)) ?? true;
}

/** Whether the step reduces the pixels inside its pipeline to one grey channel (410). */
export function makesGrey(slots: readonly SharpSlot[]): boolean {
  return slots.includes('grayscale');
}
