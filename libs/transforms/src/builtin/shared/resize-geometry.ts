/** Computes the sizes that sharp's `resize` produces, like its `ResolveShrink` (`common.cc`, 1091). */

export const FITS = ['cover', 'contain', 'fill', 'inside', 'outside'] as const;
type Fit = (typeof FITS)[number];

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

/**
 * Rounds like `vips_resize`, which gets the inverse of the shrink (`pipeline.cc`, 434): it multiplies by it to enlarge and
 * divides by its inverse to reduce. At halves the two differ by one pixel.
 */
function scaled(side: number, shrink: number): number {
  const scale = 1 / shrink;
  return Math.max(1, Math.floor((scale < 1 ? side / (1 / scale) : side * scale) + 0.5));
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

/** Size of the scaled picture, before `cover` crops and `contain` pads. */
export function scaledSize(input: Size, target: ResizeTarget): Size {
  const [x, y] = shrinks(input, target);
  return { width: scaled(input.width, x), height: scaled(input.height, y) };
}

/** The size of the result. */
export function resizedSize(input: Size, target: ResizeTarget): Size {
  const whole = scaledSize(input, target);
  const { width = whole.width, height = whole.height } = target;
  switch (target.fit) {
    case 'cover':
      return {
        width: Math.min(width, whole.width),
        height: Math.min(height, whole.height),
      };
    case 'contain':
      return { width: Math.max(width, whole.width), height: Math.max(height, whole.height) };
    case 'fill':
    case 'inside':
    case 'outside':
      return whole;
  }
}
