import { lengthInPixels, type Length } from './length.ts';
import { cutOffset, type Anchor } from './position.ts';
import type { Size } from './resize-geometry.ts';

/** Pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

/** A region that is given by its edges. @throws Error when it does not lie inside the picture */
export function regionAt(
  input: Size,
  at: { left: Length; top: Length; width: Length; height: Length },
): Region {
  const region = {
    left: lengthInPixels(at.left, input.width),
    top: lengthInPixels(at.top, input.height),
    width: Math.max(1, lengthInPixels(at.width, input.width)),
    height: Math.max(1, lengthInPixels(at.height, input.height)),
  };
  const fits =
    region.left + region.width <= input.width && region.top + region.height <= input.height;
  if (fits) return region;
  const { left, top, width, height } = region;
  throw new Error(
    `the region of ${width}×${height} pixels at ${left},${top} does not lie inside the picture of ` +
      `${input.width}×${input.height}`,
  );
}

/** The largest region of an aspect ratio, at an anchor or as near around a point as the edges allow. */
export function regionOfRatio(
  input: Size,
  ratio: number,
  where: Anchor | { readonly x: number; readonly y: number },
): Region {
  const width = Math.max(1, Math.min(input.width, Math.round(input.height * ratio)));
  const height = Math.max(1, Math.min(input.height, Math.round(input.width / ratio)));
  const [freeX, freeY] = [input.width - width, input.height - height];
  if (typeof where === 'string') return { ...cutOffset(freeX, freeY, where), width, height };
  const around = (share: number, side: number, length: number, free: number) =>
    Math.max(0, Math.min(free, Math.round(share * side - length / 2)));
  return {
    left: around(where.x, input.width, width, freeX),
    top: around(where.y, input.height, height, freeY),
    width,
    height,
  };
}
