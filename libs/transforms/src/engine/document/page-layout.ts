import type { Resolution, Size } from '../../image-engine.ts';

/** Where a picture is on its page, which it fills. */
export interface PageLayout {
  /** Points. */
  readonly size: readonly [width: number, height: number];
  /** Maps the square of the picture, whose upper edge is at 1, to the page: the numbers of `cm` (ISO 32000-1, 8.3.4). */
  readonly placement: readonly number[];
}

const POINTS_PER_INCH = 72;
/** Sides that readers support, points (ISO 32000-1, annex C.2). */
const LEAST_SIDE = 3;
const MOST_SIDE = 14_400;

const rounded = (value: number) => Math.round(value * 10_000) / 10_000;

/** Points. The ratio of the sides stays if one is too small or too large. */
function sizeOf(upright: Size, resolution: Resolution): readonly [number, number] {
  const width = (upright.width / resolution.x) * POINTS_PER_INCH;
  const height = (upright.height / resolution.y) * POINTS_PER_INCH;
  const enlarged = Math.max(1, LEAST_SIDE / Math.min(width, height));
  const factor = Math.min(enlarged, MOST_SIDE / Math.max(width, height));
  return [rounded(width * factor), rounded(height * factor)];
}

/**
 * @param picture pixels as stored
 * @param orientation EXIF orientation, 1 to 8; from 5 on, upright pixels have width and height exchanged
 * @param resolution of the upright picture
 */
export function pageLayout(
  { width, height }: Size,
  orientation: number,
  resolution: Resolution,
): PageLayout {
  const upright = orientation >= 5 ? { width: height, height: width } : { width, height };
  const size = sizeOf(upright, resolution);
  const [w, h] = size;
  const upwards = [w, 0, 0, h, 0, 0];
  const placements: readonly (readonly number[])[] = [
    upwards,
    [-w, 0, 0, h, w, 0],
    [-w, 0, 0, -h, w, h],
    [w, 0, 0, -h, 0, h],
    [0, -h, -w, 0, w, h],
    [0, -h, w, 0, 0, h],
    [0, h, w, 0, 0, 0],
    [0, h, -w, 0, w, 0],
  ];
  return { size, placement: placements[orientation - 1] ?? upwards };
}
