import * as z from 'zod';

/** Position as a fraction of the free space: 0 is left or top, 1 is right or bottom. */
const ANCHORS = {
  centre: [0.5, 0.5],
  center: [0.5, 0.5],
  north: [0.5, 0],
  northeast: [1, 0],
  east: [1, 0.5],
  southeast: [1, 1],
  south: [0.5, 1],
  southwest: [0, 1],
  west: [0, 0.5],
  northwest: [0, 0],
  top: [0.5, 0],
  'right top': [1, 0],
  right: [1, 0.5],
  'right bottom': [1, 1],
  bottom: [0.5, 1],
  'left bottom': [0, 1],
  left: [0, 0.5],
  'left top': [0, 0],
} as const satisfies Record<string, readonly [number, number]>;

export type Anchor = keyof typeof ANCHORS;

const anchors = Object.keys(ANCHORS) as [Anchor, ...Anchor[]];

/** sharp's gravities and positions. */
export const gravitySchema = z.enum(anchors).meta({ id: 'gravity' });
/** sharp's gravities, positions and strategies; strategies depend on the pixels. */
export const positionSchema = z.enum([...anchors, 'attention', 'entropy']).meta({ id: 'position' });

export type Position = z.output<typeof positionSchema>;

const share = z.number().min(0).max(1);
/** A point of a picture, as shares of its sides. */
export const pointSchema = z.strictObject({
  x: share.describe('0 is the left edge, 1 the right one.'),
  y: share.describe('0 is the upper edge, 1 the lower one.'),
});
export type Point = z.output<typeof pointSchema>;

/** Start of a part that has a point in its centre, or as close to it as the edges allow; pixels along one side. */
export function startAround(share: number, side: number, length: number): number {
  return Math.max(0, Math.min(side - length, Math.round(share * side - length / 2)));
}

/** Whether the position is a strategy, which searches the most interesting region. */
export function isStrategy(position: Position | Point): position is 'attention' | 'entropy' {
  return position === 'attention' || position === 'entropy';
}

/** Left and top of a crop, pixels; halves are rounded up, as in sharp's `CalculateCrop` (`common.cc`, 933). */
export function cutOffset(freeX: number, freeY: number, anchor: Anchor) {
  const [x, y] = ANCHORS[anchor];
  return { left: Math.ceil(freeX * x), top: Math.ceil(freeY * y) };
}

/** Left and top of a placed picture, pixels; halves are rounded down, as in `CalculateEmbedPosition` (880). */
export function placeOffset(freeX: number, freeY: number, anchor: Anchor) {
  const [x, y] = ANCHORS[anchor];
  return { left: Math.floor(freeX * x), top: Math.floor(freeY * y) };
}
