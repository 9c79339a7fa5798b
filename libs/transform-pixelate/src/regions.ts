import { lengthInPixels, NotApplicableError, type Length } from '@darkroom/transforms';

/** A region to hide, in pixels or percentages of the picture's sides. */
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
 * @throws NotApplicableError if the region is completely outside: the content to hide would stay visible
 */
export function regionInside(
  given: GivenRegion,
  picture: { readonly width: number; readonly height: number },
): Region {
  const left = lengthInPixels(given.left, picture.width);
  const top = lengthInPixels(given.top, picture.height);
  // A percentage of less than one pixel still hides one pixel.
  const right = left + Math.max(1, lengthInPixels(given.width, picture.width));
  const bottom = top + Math.max(1, lengthInPixels(given.height, picture.height));
  if (left >= picture.width || top >= picture.height) {
    throw new NotApplicableError(
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
