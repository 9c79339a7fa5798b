import {
  type Chromaticities,
  type Curve,
  matrixOf,
  type Matrix,
  SRGB_MATRIX,
  SRGB_PRIMARIES,
  srgbDecode,
} from './colour-math.ts';

/** Code points of ITU-T H.273 (CICP), and how the decoder's values relate to them. */
export interface Cicp {
  readonly primaries: number;
  readonly transfer: number;
  /** From the decoder's values to full-range coded values, both 0 to 1. Left out: they are the same. */
  readonly normalise?: Curve;
}

const D65 = [0.3127, 0.329] as const;
const C = [0.31, 0.316] as const;

/** ITU-T H.273, table 2: the chromaticities by `ColourPrimaries`. */
const PRIMARIES: Readonly<Record<number, Chromaticities>> = {
  1: SRGB_PRIMARIES,
  4: [0.67, 0.33, 0.21, 0.71, 0.14, 0.08, ...C],
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, ...D65],
  6: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...D65],
  7: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...D65],
  8: [0.681, 0.319, 0.243, 0.692, 0.145, 0.049, ...C],
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, ...D65],
  11: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351],
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, ...D65],
  22: [0.63, 0.34, 0.295, 0.605, 0.155, 0.077, ...D65],
};

/** SMPTE ST 240. */
const smpte240: Curve = (value) =>
  value < 4 * 0.0228 ? value / 4 : ((value + 0.1115) / 1.1115) ** (1 / 0.45);
const logarithmic =
  (decades: number): Curve =>
  (value) =>
    value <= 0 ? 0 : 10 ** (decades * (value - 1));

/** ITU-T H.273, table 3: from coded values to the light of an SDR display, both 0 to 1, by `TransferCharacteristics`. */
const TRANSFERS: Readonly<Record<number, Curve>> = {
  1: srgbDecode,
  4: (value) => value ** 2.2,
  5: (value) => value ** 2.8,
  6: srgbDecode,
  7: smpte240,
  8: (value) => value,
  9: logarithmic(2),
  10: logarithmic(2.5),
  11: srgbDecode,
  12: srgbDecode,
  13: srgbDecode,
  14: srgbDecode,
  15: srgbDecode,
};

/** Colours that a file describes without an ICC profile. */
export interface StatedColours {
  readonly matrix: Matrix;
  readonly curve: Curve;
}

/** What displays do with the camera curves of BT.709, BT.601 and BT.2020 (ITU-R BT.1886, for a black of 0). */
const bt1886: Curve = (value) => value ** 2.4;
const CAMERA_TRANSFERS = [1, 6, 14, 15];

/** Narrow-range values leave room below black and above white (ITU-T H.273, 8.3). `depth` is in bits. */
export function narrowRange(value: number, depth: number): number {
  const unit = 2 ** (depth - 8);
  return Math.min(1, Math.max(0, (value * (2 ** depth - 1) - 16 * unit) / (219 * unit)));
}

/** From linear RGB of the primaries to XYZ of D50. Unspecified and unknown primaries count as sRGB's. */
export function primariesMatrix({ primaries }: Pick<Cicp, 'primaries'>): Matrix {
  return matrixOf(PRIMARIES[primaries] ?? SRGB_PRIMARIES) ?? SRGB_MATRIX;
}

/**
 * The colours that code points of SDR describe. Unspecified and unknown ones count as sRGB's. Browsers display the camera
 * curves like sRGB in AVIF, where encoders write them carelessly, and by BT.1886 in PNG.
 */
export function cicpColours(
  { normalise, ...points }: Cicp,
  cameraCurves: 'srgb' | 'bt1886',
): StatedColours {
  const isVideo = cameraCurves === 'bt1886' && CAMERA_TRANSFERS.includes(points.transfer);
  const curve = isVideo ? bt1886 : (TRANSFERS[points.transfer] ?? srgbDecode);
  return {
    matrix: primariesMatrix(points),
    curve: normalise ? (value) => curve(normalise(value)) : curve,
  };
}
