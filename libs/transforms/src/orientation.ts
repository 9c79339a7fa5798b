import type { Shape } from './bound-transform.ts';
import type { SourceFacts } from './image-engine.ts';

/** Operations that make pixels of an EXIF orientation upright: first mirror, then rotate. */
interface UprightOperations {
  readonly flip: boolean;
  readonly flop: boolean;
  /** Degrees, clockwise. */
  readonly angle: 0 | 90 | 270;
}

/** Operations by EXIF orientation (CIPA DC-008, tag 0x0112). */
const UPRIGHT_OPERATIONS: Readonly<Record<number, UprightOperations>> = {
  2: { flip: false, flop: true, angle: 0 },
  3: { flip: true, flop: true, angle: 0 },
  4: { flip: true, flop: false, angle: 0 },
  5: { flip: true, flop: false, angle: 90 },
  6: { flip: false, flop: false, angle: 90 },
  7: { flip: true, flop: false, angle: 270 },
  8: { flip: false, flop: false, angle: 270 },
};

export function uprightOperations(orientation: number): UprightOperations {
  return UPRIGHT_OPERATIONS[orientation] ?? { flip: false, flop: false, angle: 0 };
}

/** Whether upright pixels have width and height exchanged: orientations 5 to 8. */
export function swapsSides(orientation: number): boolean {
  return orientation >= 5;
}

/** Shape of the upload before its first step: pixels as stored. */
export function storedShape({ width, height, orientation, hasAlpha }: SourceFacts): Shape {
  return swapsSides(orientation)
    ? { width: height, height: width, orientation, hasAlpha }
    : { width, height, orientation, hasAlpha };
}
