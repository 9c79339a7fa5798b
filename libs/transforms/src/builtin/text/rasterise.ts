export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A closed polygon. An area inside several contours counts once. */
export type Contour = readonly Point[];

/** Adds the coverage right of an edge within one row. `rows` is the part of the row that the edge crosses, signed. */
function addToRow(
  cells: Float64Array,
  start: number,
  from: number,
  to: number,
  rows: number,
): void {
  const [left, right] = from < to ? [from, to] : [to, from];
  const first = Math.floor(left);
  const last = Math.max(first + 1, Math.ceil(right));
  let before = 0;
  for (let column = first; column < last; column++) {
    // Area of the pixel right of the edge: full after the edge, partial where it crosses.
    const [enter, leave] = [Math.max(left, column), Math.min(right, column + 1)];
    const width = right - left;
    const crossed = width === 0 ? 1 : (leave - enter) / width;
    const passed = width === 0 ? 0 : (enter - left) / width;
    const covered = passed + crossed * (column + 1 - (enter + leave) / 2);
    cells[start + column] = (cells[start + column] ?? 0) + rows * (covered - before);
    before = covered;
  }
  cells[start + last] = (cells[start + last] ?? 0) + rows * (1 - before);
}

function addEdge(cells: Float64Array, stride: number, one: Point, other: Point): void {
  if (one.y === other.y) return;
  const [top, bottom] = one.y < other.y ? [one, other] : [other, one];
  const direction = one.y < other.y ? 1 : -1;
  const slope = (bottom.x - top.x) / (bottom.y - top.y);
  const [left, right] = [Math.min(one.x, other.x), Math.max(one.x, other.x)];
  // Clamp: rounding could otherwise leave the picture.
  const at = (y: number) => Math.max(left, Math.min(right, top.x + (y - top.y) * slope));
  for (let row = Math.floor(top.y); row < bottom.y; row++) {
    const [enter, leave] = [Math.max(top.y, row), Math.min(bottom.y, row + 1)];
    addToRow(cells, row * stride, at(enter), at(leave), direction * (leave - enter));
  }
}

/**
 * Coverage of each pixel by the contours, 0 to 255, row by row. Uses only sums and products, which give the same result on
 * every machine; text drawn by system libraries differs.
 * @param contours within 0 to `width` and 0 to `height`, pixels
 */
export function rasterise(contours: readonly Contour[], width: number, height: number): Uint8Array {
  // Extra columns receive the contributions right of the border; they are not read.
  const stride = width + 2;
  const cells = new Float64Array(stride * (height + 1));
  for (const contour of contours) {
    contour.forEach((point, index) => {
      addEdge(cells, stride, point, contour[(index + 1) % contour.length] ?? point);
    });
  }
  const coverage = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += cells[y * stride + x] ?? 0;
      coverage[y * width + x] = Math.round(255 * Math.min(1, Math.abs(sum)));
    }
  }
  return coverage;
}
