import { lengthInPixels, type Length } from '@darkroom/transforms';

/** Where something is to be hidden, in pixels or shares of the picture's sides. */
export interface GivenRegion {
  readonly left: Length;
  readonly top: Length;
  readonly width: Length;
  readonly height: Length;
}

/** Pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The part of a region that lies inside the picture.
 * @throws Error when nothing of it does: what had to be hidden would be somewhere else
 */
export function regionInside(
  given: GivenRegion,
  picture: { readonly width: number; readonly height: number },
): Region {
  const left = lengthInPixels(given.left, picture.width);
  const top = lengthInPixels(given.top, picture.height);
  // A share that comes to less than a pixel hides a pixel all the same.
  const right = left + Math.max(1, lengthInPixels(given.width, picture.width));
  const bottom = top + Math.max(1, lengthInPixels(given.height, picture.height));
  if (left >= picture.width || top >= picture.height) {
    throw new Error(
      `the region at ${left},${top} lies outside the picture of ${picture.width}×${picture.height}`,
    );
  }
  return {
    left,
    top,
    width: Math.min(right, picture.width) - left,
    height: Math.min(bottom, picture.height) - top,
  };
}
