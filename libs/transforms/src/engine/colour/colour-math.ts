/** From coded values to light or back, both 0 to 1. */
export type Curve = (value: number) => number;

/** Three rows of three numbers. */
export type Matrix = readonly [Row, Row, Row];
type Row = readonly [number, number, number];

export function multiply(one: Matrix, other: Matrix): Matrix {
  const cell = (row: Row, index: number) =>
    row[0] * (other[0][index] ?? 0) +
    row[1] * (other[1][index] ?? 0) +
    row[2] * (other[2][index] ?? 0);
  return one.map((row) => [cell(row, 0), cell(row, 1), cell(row, 2)]) as unknown as Matrix;
}

export function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const over = (value: number) => value / determinant;
  return [
    [over(e * i - f * h), over(c * h - b * i), over(b * f - c * e)],
    [over(f * g - d * i), over(a * i - c * g), over(c * d - a * f)],
    [over(d * h - e * g), over(b * g - a * h), over(a * e - b * d)],
  ];
}

/** sRGB's transfer function (IEC 61966-2-1). */
export const srgbDecode: Curve = (value) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

/** The inverse of `srgbDecode`. Clips. */
export const srgbEncode: Curve = (light) => {
  if (light <= 0.0031308) return Math.max(0, 12.92 * light);
  return light >= 1 ? 1 : 1.055 * light ** (1 / 2.4) - 0.055;
};

/** CIE chromaticities of red, green, blue and white: x, y, x, y, … */
export type Chromaticities = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** The Bradford cone response (ICC.1:2022, annex E). */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];
/** D50, the white of ICC profiles. */
const D50_XYZ = [0.9642, 1, 0.8249] as const;

const xyzOf = (x: number, y: number): Row => [x / y, 1, (1 - x - y) / y];
const apply = (matrix: Matrix, [x, y, z]: Row): Row =>
  matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as unknown as Row;
const scale = ([x, y, z]: Row): Matrix => [
  [x, 0, 0],
  [0, y, 0],
  [0, 0, z],
];

/**
 * From linear RGB of these primaries to XYZ, with white adapted to D50 by the Bradford transform (ICC.1:2022, annex E;
 * SMPTE RP 177). `undefined` if the primaries do not span a colour space.
 */
export function matrixOf(chromaticities: Chromaticities): Matrix | undefined {
  const [rx, ry, gx, gy, bx, by, wx, wy] = chromaticities;
  if (![ry, gy, by, wy].every((y) => y > 0)) return undefined;
  const [red, green, blue] = [xyzOf(rx, ry), xyzOf(gx, gy), xyzOf(bx, by)];
  const primaries: Matrix = [
    [red[0], green[0], blue[0]],
    [red[1], green[1], blue[1]],
    [red[2], green[2], blue[2]],
  ];
  const white = xyzOf(wx, wy);
  const unadapted = multiply(primaries, scale(apply(inverse(primaries), white)));
  const [from, to] = [apply(BRADFORD, white), apply(BRADFORD, D50_XYZ)];
  const gains = scale([to[0] / from[0], to[1] / from[1], to[2] / from[2]]);
  const matrix = multiply(multiply(inverse(BRADFORD), multiply(gains, BRADFORD)), unadapted);
  return matrix.flat().every((value) => Number.isFinite(value) && Math.abs(value) < 8)
    ? matrix
    : undefined;
}

/** BT.709's primaries and white, which are sRGB's. */
export const SRGB_PRIMARIES: Chromaticities = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329];

/** From linear sRGB to XYZ of D50. */
export const SRGB_MATRIX = matrixOf(SRGB_PRIMARIES) as Matrix;
