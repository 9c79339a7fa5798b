import { lengthInPixels, shareOf, type Length } from './length.ts';
import { cutOffset, type Anchor } from './position.ts';
import type { Size } from './resize-geometry.ts';

/** Pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

const isShare = (length: Length): length is `${number}%` => typeof length === 'string';

/**
 * Start and length along one side, pixels. Of two shares it is the edges that are rounded, so that `50%` and `50%` end
 * where the picture does, also where a side is odd.
 */
function along(side: number, start: Length, length: Length): readonly [number, number] {
  const rounded = lengthInPixels(start, side);
  if (!isShare(start) || !isShare(length) || start === '100%') {
    return [rounded, Math.max(1, lengthInPixels(length, side))];
  }
  const from = Math.min(rounded, side - 1);
  const until = Math.round((shareOf(start) + shareOf(length)) * side);
  return [from, Math.max(1, until - from)];
}

/** A region that is given by its edges. @throws Error when it does not lie inside the picture */
export function regionAt(
  input: Size,
  at: { left: Length; top: Length; width: Length; height: Length },
): Region {
  const [left, width] = along(input.width, at.left, at.width);
  const [top, height] = along(input.height, at.top, at.height);
  if (left + width <= input.width && top + height <= input.height) {
    return { left, top, width, height };
  }
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
