import type { Font, Path } from 'fontkit';
import type { Mark, MarkSize } from '../shared/mark.ts';
import type { Fonts } from './fonts.ts';
import { type Contour, type Point, rasterise } from './rasterise.ts';

/** Colour and opacity of a text. */
interface Ink {
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

/** Draws a text as a mark. @throws Error if the text has no visible character, or the font lacks a character */
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
  // Rounding errors must not make the mark larger than the picture.
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

/** Distance of two lines, as a multiple of the font size. */
const LINE_HEIGHT = 1.2;
/** Number of lines per curve. More make no visible difference at the size of a mark. */
const PIECES = 12;

interface Run {
  readonly font: Font;
  readonly text: string;
}

/** Characters without a glyph: joiners, direction marks, variation selectors. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/** Splits a line into runs of one font. @throws Error if no font has a character */
function runsOf(line: string, fonts: Fonts): readonly Run[] {
  const runs: Run[] = [];
  for (const character of line.replaceAll('\t', ' ')) {
    const font = fonts.fontFor(character);
    if (!font && INVISIBLE.test(character)) continue;
    if (!font) throw new Error(`the font has no ${JSON.stringify(character)}`);
    const last = runs.at(-1);
    if (last?.font === font) runs[runs.length - 1] = { font, text: last.text + character };
    else runs.push({ font, text: character });
  }
  return runs;
}

/** A point of a Bézier curve of any degree, by de Casteljau. */
function onCurve(points: readonly Point[], share: number): Point {
  const [first = { x: 0, y: 0 }, ...more] = points;
  if (more.length === 0) return first;
  const next = more.map((point, index) => {
    const { x, y } = points[index] ?? point;
    return { x: x + (point.x - x) * share, y: y + (point.y - y) * share };
  });
  return onCurve(next, share);
}

function contoursOf({ commands }: Path, place: (x: number, y: number) => Point): Contour[] {
  const contours: Point[][] = [];
  for (const { command, args } of commands) {
    const points: Point[] = [];
    for (let i = 0; i + 1 < args.length; i += 2) points.push(place(args[i] ?? 0, args[i + 1] ?? 0));
    const [start] = points;
    if (command === 'moveTo' && start) contours.push([start]);
    const contour = contours.at(-1);
    const from = contour?.at(-1);
    if (command === 'moveTo' || !contour || !from) continue;
    const pieces = points.length > 1 ? PIECES : points.length;
    for (let piece = 1; piece <= pieces; piece++) {
      contour.push(onCurve([from, ...points], piece / pieces));
    }
  }
  return contours;
}

function lineOf(runs: readonly Run[], baseline: number) {
  const contours: Contour[] = [];
  let x = 0;
  for (const { font, text } of runs) {
    const scale = 1 / font.unitsPerEm;
    const { glyphs, positions } = font.layout(text);
    glyphs.forEach(({ path }, index) => {
      const { xOffset = 0, yOffset = 0, xAdvance = 0 } = positions[index] ?? {};
      const origin = x + xOffset * scale;
      contours.push(
        ...contoursOf(path, (px, py) => ({
          x: origin + px * scale,
          y: baseline - (py + yOffset) * scale,
        })),
      );
      x += xAdvance * scale;
    });
  }
  return { contours, width: x };
}

/** Outlines of a text of one or more centred lines, in units of the font size; y grows downwards. */
function outlineOf(text: string, fonts: Fonts): readonly Contour[] {
  const lines = text
    .split('\n')
    .map((line, index) => lineOf(runsOf(line.trimEnd(), fonts), index * LINE_HEIGHT));
  const widest = Math.max(...lines.map(({ width }) => width));
  return lines.flatMap(({ contours, width }) =>
    contours.map((contour) => contour.map(({ x, y }) => ({ x: x + (widest - width) / 2, y }))),
  );
}
