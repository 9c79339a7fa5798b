/** The sizes that sharp's `resize` would make, worked out beforehand: its `ResolveShrink` (`common.cc`, 1091). */

export const FITS = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
export type Fit = (typeof FITS)[number];

export interface ResizeTarget {
  /** Pixels. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly fit: Fit;
  readonly withoutEnlargement: boolean;
  readonly withoutReduction: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rounds halves to even, as C's `rint` does, so that sizes agree with libvips. */
function rint(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function shrinks(input: Size, { width, height, fit, ...only }: ResizeTarget): [number, number] {
  let x = width === undefined ? 1 : input.width / width;
  let y = height === undefined ? 1 : input.height / height;
  if (fit !== 'fill') {
    if (width === undefined) x = y;
    else if (height === undefined) y = x;
    else x = y = fit === 'cover' || fit === 'outside' ? Math.min(x, y) : Math.max(x, y);
  }
  if (only.withoutReduction) [x, y] = [Math.min(1, x), Math.min(1, y)];
  else if (only.withoutEnlargement) [x, y] = [Math.max(1, x), Math.max(1, y)];
  return [Math.min(x, input.width), Math.min(y, input.height)];
}

/** The size that the whole picture is scaled to, before `cover` cuts and `contain` pads. */
export function scaledSize(input: Size, target: ResizeTarget): Size {
  const [x, y] = shrinks(input, target);
  return { width: Math.max(1, rint(input.width / x)), height: Math.max(1, rint(input.height / y)) };
}

/** The size of the result. */
export function resizedSize(input: Size, target: ResizeTarget): Size {
  const scaled = scaledSize(input, target);
  const { width = scaled.width, height = scaled.height } = target;
  switch (target.fit) {
    case 'cover':
      return {
        width: Math.min(width, scaled.width),
        height: Math.min(height, scaled.height),
      };
    case 'contain':
      return { width: Math.max(width, scaled.width), height: Math.max(height, scaled.height) };
    case 'fill':
    case 'inside':
    case 'outside':
      return scaled;
  }
}
