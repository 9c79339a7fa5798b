/**
 * The order in which one sharp pipeline works, whatever the call order: sharp 0.35.5, `src/pipeline.cc`, where each
 * slot begins in the line beside it (`sharp-order.test.ts` looks). A second call of the same operation replaces the first, so a slot is used once.
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

/** Operations between these work on colours multiplied by alpha when any of them needs it (426, 718). */
const PREMULTIPLYING: ReadonlySet<SharpSlot> = new Set(['resize', 'blur', 'sharpen']);
/** … and give another result then than on their own. */
const STRAIGHT_ALPHA_ONLY: ReadonlySet<SharpSlot> = new Set([
  'rotateAngle',
  'affine',
  'median',
  'threshold',
  'modulate',
]);
/** Leave floating-point pixels behind, which sharp casts to integers only at the end of the pipeline … */
const FLOATING: ReadonlySet<SharpSlot> = new Set(['blur', 'sharpen', 'composite']);
/** … and which these, working by tables or by the greatest value of a channel, take for something else. */
const INTEGER_ONLY: ReadonlySet<SharpSlot> = new Set([
  'gammaOut',
  'linear',
  'normalise',
  'clahe',
  'tint',
  'negate',
]);
/** Change the size after an extract, whose size sharp reports all the same (1427). */
const RESIZING_LATE: ReadonlySet<SharpSlot> = new Set(['affine', 'extend']);
/** What means the same to one grey channel or 16-bit pixels as to 8-bit RGB. */
const PLAIN_GEOMETRY: ReadonlySet<SharpSlot> = new Set([
  'autoOrient',
  'extractPre',
  'resize',
  'flip',
  'flop',
  'rotate90',
  'extractPost',
]);

/** What an open pipeline holds so far, for `whyNotNext`. */
interface OpenPipeline {
  readonly used: ReadonlySet<SharpSlot>;
  readonly hasAlpha: boolean;
  /** Alpha came in by a step of this pipeline, when sharp had decided already not to multiply by it. */
  readonly gainedAlpha: boolean;
  /** Pixels inside the pipeline are one grey channel, 16 bits deep: anything but 8-bit RGB. */
  readonly unusualPixels?: string;
}

/** Why a step that uses `slots` cannot join the pipeline; `undefined` when it can. */
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

/** The step may leave floating-point pixels behind, which a TIFF would keep. */
export function leavesFloats(slots: readonly SharpSlot[] | undefined): boolean {
  return slots?.some((slot) => FLOATING.has(slot)) ?? true;
}

/** The step makes the pixels inside its pipeline one grey channel (410). */
export function makesGrey(slots: readonly SharpSlot[]): boolean {
  return slots.includes('grayscale');
}
