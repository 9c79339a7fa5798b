import type { Mark, MarkSize } from '../mark.ts';
import type { Fonts } from './fonts.ts';
import { outlineOf } from './outline.ts';
import { rasterise, type Contour } from './rasterise.ts';

/** What a text is drawn in. */
export interface Ink {
  /** 0 to 255. */
  readonly colour: readonly [red: number, green: number, blue: number];
  /** 0 to 1. */
  readonly opacity: number;
}

function boxOf(contours: readonly Contour[]) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of contours.flat()) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return { left, top, width: right - left, height: bottom - top };
}

function turned(contours: readonly Contour[], degrees: number): readonly Contour[] {
  if (degrees === 0) return contours;
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return contours.map((contour) =>
    contour.map(({ x, y }) => ({ x: x * cos - y * sin, y: x * sin + y * cos })),
  );
}

/** A mark of a text. @throws Error on a text without anything to see, or with a character that the font lacks */
export function textMark(text: string, fonts: Fonts, ink: Ink, size: MarkSize): Mark {
  const upright = outlineOf(text, fonts);
  if (upright.length === 0) throw new Error('the text shows nothing');
  const contours = turned(upright, size.angle);
  const box = boxOf(contours);
  const scale = Math.min(
    size.width / boxOf(upright).width,
    size.most.width / box.width,
    size.most.height / box.height,
  );
  // Rounding errors must not make a mark that fills the picture a pixel larger than it.
  const pixels = (side: number, most: number) =>
    Math.max(1, Math.min(most, Math.ceil(side * scale)));
  const width = pixels(box.width, size.most.width);
  const height = pixels(box.height, size.most.height);
  const scaled = contours.map((contour) =>
    contour.map(({ x, y }) => ({ x: (x - box.left) * scale, y: (y - box.top) * scale })),
  );
  return paint(rasterise(scaled, width, height), width, height, ink);
}

function paint(
  coverage: Uint8Array,
  width: number,
  height: number,
  { colour, opacity }: Ink,
): Mark {
  const data = Buffer.alloc(coverage.length * 4);
  coverage.forEach((covered, index) => {
    data.set([...colour, Math.round(covered * opacity)], index * 4);
  });
  return { data, width, height };
}
