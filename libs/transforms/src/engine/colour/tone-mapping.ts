import { type Cicp, primariesMatrix } from './cicp.ts';
import { inverse, multiply, SRGB_MATRIX, srgbEncode } from './colour-math.ts';

/** `TransferCharacteristics` of HDR (ITU-T H.273, table 3). */
const [PQ, HLG] = [16, 18];

export function isHdr({ transfer }: Cicp): boolean {
  return transfer === PQ || transfer === HLG;
}

/** Constants of the PQ curve (ITU-R BT.2100-2, table 4). */
const [M1, M2] = [2610 / 16_384, (2523 / 4096) * 128];
const [C1, C2, C3] = [3424 / 4096, (2413 / 4096) * 32, (2392 / 4096) * 32];
/** Luminance of PQ's largest value, cd/m². */
const PQ_PEAK = 10_000;

/** From PQ's coded value, 0 to 1, to luminance, cd/m². */
export function pqDecode(value: number): number {
  const power = Math.max(0, value) ** (1 / M2);
  return PQ_PEAK * (Math.max(0, power - C1) / (C2 - C3 * power)) ** (1 / M1);
}

function pqEncode(luminance: number): number {
  const power = (Math.max(0, luminance) / PQ_PEAK) ** M1;
  return ((C1 + C2 * power) / (1 + C3 * power)) ** M2;
}

/** Constants of the HLG curve (ITU-R BT.2100-2, table 5). */
const HLG_A = 0.17883277;
const HLG_B = 1 - 4 * HLG_A;
const HLG_C = 0.5 - HLG_A * Math.log(4 * HLG_A);
/** System gamma at a peak of 1,000 cd/m². */
const HLG_GAMMA = 1.2;

/** From HLG's coded value to the light of the scene, both 0 to 1. */
export function hlgDecode(value: number): number {
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - HLG_C) / HLG_A) + HLG_B) / 12;
}

/** Luminance of diffuse white in HDR, which becomes white in SDR, cd/m² (ITU-R BT.2408-7, table 1). */
const SDR_WHITE = 203;
/** Brighter pixels become as bright as this, cd/m²: the nominal peak of HLG (ITU-R BT.2100-2, table 5). */
const HDR_PEAK = 1000;

/**
 * Reduces a luminance of 0 to `HDR_PEAK` to 0 to `SDR_WHITE`, cd/m²: the EETF of Report ITU-R BT.2390-10, 5.4.1, for a black
 * of 0. Dark tones stay as they are; a Hermite spline compresses the bright ones.
 */
export function toneMap(luminance: number): number {
  const peak = pqEncode(HDR_PEAK);
  const source = Math.min(1, pqEncode(luminance) / peak);
  const most = pqEncode(SDR_WHITE) / peak;
  const knee = 1.5 * most - 0.5;
  if (source < knee) return luminance;
  const t = (source - knee) / (1 - knee);
  const mapped =
    (2 * t ** 3 - 3 * t ** 2 + 1) * knee +
    (t ** 3 - 2 * t ** 2 + t) * (1 - knee) +
    (-2 * t ** 3 + 3 * t ** 2) * most;
  return pqDecode(mapped * peak);
}

const ENCODED = Uint8Array.from({ length: 16_385 }, (_, index) =>
  Math.round(255 * srgbEncode(index / 16_384)),
);
const encode = (light: number) =>
  ENCODED[light <= 0 ? 0 : light >= 1 ? 16_384 : Math.round(light * 16_384)] ?? 0;

/** Steps of the table of gains, by the fourth root of luminance, which gives dark tones enough of them. */
const GAINS = 4096;

/** What a luminance of 0 to `PQ_PEAK` is multiplied with to get light of SDR, 0 to 1. */
const gainTable = () =>
  Float32Array.from({ length: GAINS + 1 }, (_, index) => {
    const luminance = Math.max(1e-4, PQ_PEAK * (index / GAINS) ** 4);
    return toneMap(luminance) / luminance / SDR_WHITE;
  });

/**
 * Returns a function that converts one HDR pixel, with coded values of 0 to `largest`, to 8-bit sRGB at `out[at]` and the two
 * places that follow. The tone curve applies to the largest of red, green and blue, and the others keep their ratio to it,
 * which keeps the hue. Colours outside sRGB are clipped.
 */
export function toneMapper(
  cicp: Cicp,
  largest: number,
): (r: number, g: number, b: number, out: Uint8Array, at: number) => void {
  const { transfer, normalise = (value: number) => value } = cicp;
  const decode = transfer === HLG ? hlgDecode : pqDecode;
  const light = Float32Array.from({ length: largest + 1 }, (_, code) =>
    decode(normalise(code / largest)),
  );
  const [toR, toG, toB] = multiply(inverse(SRGB_MATRIX), primariesMatrix(cicp));
  const gains = gainTable();
  return (red, green, blue, out, at) => {
    let r = light[red] ?? 0;
    let g = light[green] ?? 0;
    let b = light[blue] ?? 0;
    if (transfer === HLG) {
      // The opto-optical transfer function depends on the luminance of the scene (BT.2100-2, table 5).
      const y = 0.2627 * r + 0.678 * g + 0.0593 * b;
      const gain = y <= 0 ? 0 : HDR_PEAK * y ** (HLG_GAMMA - 1);
      r *= gain;
      g *= gain;
      b *= gain;
    }
    const most = Math.max(r, g, b);
    const gain = gains[Math.round(GAINS * Math.sqrt(Math.sqrt(most / PQ_PEAK)))] ?? 0;
    r *= gain;
    g *= gain;
    b *= gain;
    out[at] = encode(toR[0] * r + toR[1] * g + toR[2] * b);
    out[at + 1] = encode(toG[0] * r + toG[1] * g + toG[2] * b);
    out[at + 2] = encode(toB[0] * r + toB[1] * g + toB[2] * b);
  };
}
