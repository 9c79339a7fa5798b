import type { Sharp } from 'sharp';
import type { SharpSlot } from '../plan/sharp-order.ts';
import type { FileStage } from '../plan/types.ts';

/** What sharp does to a gain map as it does to its picture (pipeline.cc, `keepGainMap`). */
const CARRIED: ReadonlySet<SharpSlot> = new Set<SharpSlot>([
  'autoOrient',
  'extractPre',
  'resize',
  'flip',
  'flop',
  'rotate90',
  'extractPost',
  'extend',
  'blur',
]);

/** Whether the gain map of the upload comes through: all steps are in the pipeline that decodes, and sharp takes it. */
export function carriesGainMap({ mode, input, operations }: FileStage): boolean {
  return (
    mode.gainMap === true &&
    input === 'upload' &&
    operations.every(({ slots }) => slots?.every((slot) => CARRIED.has(slot)) ?? false)
  );
}

/** sharp's `keepGainMap`, which its types do not have yet (0.35.5). */
export function keepGainMap(image: Sharp): Sharp {
  return (image as Sharp & { keepGainMap(): Sharp }).keepGainMap();
}
