import type { SourceFacts, Variant } from '../image-engine.ts';

/** Frames that are decoded at once: those with pictures, and those between them. */
export interface FrameWindow {
  readonly from: number;
  readonly to: number;
  /** With pictures, in order. */
  readonly frames: readonly number[];
}

/** Most pixels of a window with several frames: 100 MB in memory. Each window composes all frames before it again. */
const WINDOW_PIXELS = 25_000_000;

/** Windows for frames that are in order. */
export function frameWindows(
  frames: readonly number[],
  { width, height }: Pick<SourceFacts, 'width' | 'height'>,
): readonly FrameWindow[] {
  const most = Math.floor(WINDOW_PIXELS / (width * height));
  const windows: { from: number; to: number; frames: number[] }[] = [];
  for (const frame of frames) {
    const last = windows.at(-1);
    if (last && frame - last.from < most) {
      last.to = frame;
      last.frames.push(frame);
    } else windows.push({ from: frame, to: frame, frames: [frame] });
  }
  return windows;
}

const grouped = new WeakMap<readonly Variant[], ReadonlyMap<number, readonly Variant[]>>();

/** The variants of each frame, by its number, in order. The same list gives the same groups, for which plans are kept. */
export function variantsByFrame(
  variants: readonly Variant[],
): ReadonlyMap<number, readonly Variant[]> {
  const before = grouped.get(variants);
  if (before) return before;
  const frames = [...new Set(variants.map(({ frame = 1 }) => frame))].sort((a, b) => a - b);
  const made = new Map(
    frames.map((number) => [number, variants.filter(({ frame = 1 }) => frame === number)]),
  );
  grouped.set(variants, made);
  return made;
}
