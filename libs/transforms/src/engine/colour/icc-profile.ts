import type { SourceCoding } from '../../image-engine.ts';
import {
  type Curve,
  inverse,
  type Matrix,
  multiply,
  SRGB_MATRIX,
  srgbEncode,
} from './colour-math.ts';

/** Bytes before the tag table, including the tag count, and bytes per entry (ICC.1:2022, 7.2 and 7.3). */
const HEADER = 132;
const ENTRY = 12;

/** Data colour spaces of the supported pixels (ICC.1:2022, table 19). */
const SPACES: Readonly<Record<SourceCoding['space'], string>> = {
  rgb: 'RGB ',
  grey: 'GRAY',
  cmyk: 'CMYK',
};
/** Input, display, output and colour space profiles. Other classes do not describe pixels (ICC.1:2022, table 18). */
const CLASSES = ['scnr', 'mntr', 'prtr', 'spac'];

const textAt = (bytes: Buffer, at: number) => bytes.toString('latin1', at, at + 4);

/** Whether encoders accept the profile for these pixels. The checks are those of libpng (`png.c`, 1.6). */
function isSound(profile: Buffer, space: SourceCoding['space']): boolean {
  if (profile.length < HEADER || profile.readUInt32BE(0) !== profile.length) return false;
  const tags = profile.readUInt32BE(HEADER - 4);
  if (HEADER + ENTRY * tags > profile.length) return false;
  for (let at = HEADER; at < HEADER + ENTRY * tags; at += ENTRY) {
    if (profile.readUInt32BE(at + 4) + profile.readUInt32BE(at + 8) > profile.length) return false;
  }
  return (
    textAt(profile, 36) === 'acsp' &&
    textAt(profile, 16) === SPACES[space] &&
    CLASSES.includes(textAt(profile, 12)) &&
    ['XYZ ', 'Lab '].includes(textAt(profile, 20)) &&
    profile.readUInt32BE(64) <= 3 &&
    (profile.length % 4 === 0 || profile.readUInt8(8) <= 3)
  );
}

/** The data of the first tag with that signature. */
function tagOf(profile: Buffer, signature: string): Buffer | undefined {
  const tags = profile.readUInt32BE(HEADER - 4);
  for (let at = HEADER; at < HEADER + ENTRY * tags; at += ENTRY) {
    if (textAt(profile, at) !== signature) continue;
    const start = profile.readUInt32BE(at + 4);
    return profile.subarray(start, start + profile.readUInt32BE(at + 8));
  }
  return undefined;
}

const s15Fixed16 = (bytes: Buffer, at: number) => bytes.readInt32BE(at) / 65_536;

/** Parameters of a `para` curve, by its function type (ICC.1:2022, table 68). */
const PARAMETERS = [1, 3, 4, 5, 7];

function parametricCurve(tag: Buffer): Curve | undefined {
  const type = tag.readUInt16BE(8);
  const count = PARAMETERS[type];
  if (count === undefined || tag.length < 12 + 4 * count) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, i) =>
    s15Fixed16(tag, 12 + 4 * i),
  );
  const power = (x: number) => Math.max(0, a * x + b) ** g;
  switch (type) {
    case 0:
      return (x) => x ** g;
    case 1:
      return (x) => (a * x + b >= 0 ? power(x) : 0);
    case 2:
      return (x) => (a * x + b >= 0 ? power(x) : 0) + c;
    case 3:
      return (x) => (x >= d ? power(x) : c * x);
    default:
      return (x) => (x >= d ? power(x) + e : c * x + f);
  }
}

function sampledCurve(tag: Buffer): Curve | undefined {
  const count = tag.readUInt32BE(8);
  if (count === 0) return (x) => x;
  if (tag.length < 12 + 2 * count) return undefined;
  if (count === 1) {
    const exponent = tag.readUInt16BE(12) / 256;
    return (x) => x ** exponent;
  }
  const sample = (index: number) => tag.readUInt16BE(12 + 2 * Math.min(index, count - 1)) / 65_535;
  return (x) => {
    const place = Math.min(1, Math.max(0, x)) * (count - 1);
    const below = Math.floor(place);
    return sample(below) + (place - below) * (sample(below + 1) - sample(below));
  };
}

/** A tone curve from a `curv` or `para` tag (ICC.1:2022, 10.6 and 10.18). */
function curveOf(profile: Buffer, signature: string): Curve | undefined {
  const tag = tagOf(profile, signature);
  if (!tag || tag.length < 12) return undefined;
  const type = textAt(tag, 0);
  return type === 'curv' ? sampledCurve(tag) : type === 'para' ? parametricCurve(tag) : undefined;
}

function columnOf(profile: Buffer, signature: string): readonly number[] | undefined {
  const tag = tagOf(profile, signature);
  if (!tag || tag.length < 20 || textAt(tag, 0) !== 'XYZ ') return undefined;
  return [8, 12, 16].map((at) => s15Fixed16(tag, at));
}

/** Tables take precedence over curves and primaries (ICC.1:2022, 8.10). */
const TABLES = ['A2B0', 'A2B1', 'A2B2', 'D2B0', 'D2B1', 'D2B2', 'D2B3'];

/** Whether a sound profile converts by tables, which takes longer than by primaries and curves. */
export function hasTables(profile: Buffer): boolean {
  return textAt(profile, 20) !== 'XYZ ' || TABLES.some((name) => tagOf(profile, name));
}

/** Most levels, of 255, by which a colour of an sRGB profile may differ from sRGB. Small profiles approximate the curve. */
const MAX_LEVELS = 2.5;
/** Samples of an axis of the RGB cube that are compared, and of the grey axis. */
const CUBE = 6;
const GREYS = 64;

/** Whether colours look as those of sRGB with the same numbers. Without a matrix, they are grey. */
export function isLikeSrgb(curves: readonly Curve[], matrix?: Matrix): boolean {
  const differs = (linear: number, coded: number) =>
    Math.abs(255 * (srgbEncode(linear) - coded)) > MAX_LEVELS;
  if (!matrix) return curves.every((curve) => axis(GREYS).every((x) => !differs(curve(x), x)));
  const toSrgb = multiply(inverse(SRGB_MATRIX), matrix);
  const colours = [
    ...axis(GREYS).map((x) => [x, x, x]),
    ...axis(CUBE).flatMap((r) => axis(CUBE).flatMap((g) => axis(CUBE).map((b) => [r, g, b]))),
  ];
  return colours.every((colour) => {
    const linear = colour.map((x, channel) => curves[channel]?.(x) ?? 0);
    return toSrgb.every(
      (row, channel) =>
        !differs(
          row.reduce((sum, factor, index) => sum + factor * (linear[index] ?? 0), 0),
          colour[channel] ?? 0,
        ),
    );
  });
}

/**
 * Whether pixels with this profile look as without it. Primaries and curves decide, not the name: profiles called sRGB exist
 * that are linear, of another gamma, or of other primaries.
 */
function isSrgb(profile: Buffer): boolean {
  if (textAt(profile, 16) === 'GRAY') {
    const curve = greyCurve(profile);
    return curve !== undefined && isLikeSrgb([curve]);
  }
  const primaries = primariesOf(profile);
  return primaries !== undefined && isLikeSrgb(primaries.curves, primaries.matrix);
}

/**
 * The primaries and tone curves of a sound RGB profile: linear RGB to XYZ of D50, and coded values to light. `undefined` if
 * it has tables or lacks something.
 */
export function primariesOf(
  profile: Buffer,
): { readonly curves: readonly Curve[]; readonly matrix: Matrix } | undefined {
  if (hasTables(profile)) return undefined;
  const curves = ['rTRC', 'gTRC', 'bTRC'].flatMap((name) => curveOf(profile, name) ?? []);
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].flatMap((name) => {
    const column = columnOf(profile, name);
    return column ? [column] : [];
  });
  if (columns.length < 3 || curves.length < 3) return undefined;
  const rows = [0, 1, 2].map((row) => columns.map((column) => column[row] ?? 0));
  return { curves, matrix: rows as unknown as Matrix };
}

const axis = (count: number) => Array.from({ length: count }, (_, index) => index / (count - 1));

/** Classifies an embedded profile. Damaged profiles and profiles of another colour space count as `none`. */
export function profileKind(
  profile: Buffer | undefined,
  space: SourceCoding['space'],
): SourceCoding['profile'] {
  if (!profile || !isSound(profile, space)) return 'none';
  return space !== 'cmyk' && isSrgb(profile) ? 'srgb' : 'other';
}

/**
 * The tone curve of a grey profile, from coded values to light, both 0 to 1. `undefined` if the profile describes grey by
 * tables.
 */
export function greyCurve(profile: Buffer): Curve | undefined {
  return hasTables(profile) ? undefined : curveOf(profile, 'kTRC');
}

/** What a synthesised profile describes. */
export interface ProfileColours {
  /** For its description, ASCII. */
  readonly name: string;
  /** From linear RGB to XYZ of D50. Left out: a grey profile. */
  readonly matrix?: Matrix;
  /** From coded values to light, both 0 to 1. */
  readonly curve: Curve;
}

/** Samples of a curve. PQ needs many: its dark end is steep. */
const SAMPLES = 4096;

const fixed = (values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(Math.round(value * 65_536), 4 * index));
  return bytes;
};
const typed = (type: string, data: Buffer) =>
  Buffer.concat([Buffer.from(`${type}\0\0\0\0`, 'latin1'), data]);

/** `multiLocalizedUnicodeType` with one text (ICC.1:2022, 10.15). */
function textTag(text: string): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(1, 0);
  head.writeUInt32BE(12, 4);
  head.write('enUS', 8, 'latin1');
  head.writeUInt32BE(2 * text.length, 12);
  head.writeUInt32BE(28, 16);
  return typed('mluc', Buffer.concat([head, Buffer.from(text, 'utf16le').swap16()]));
}

function curveTag(curve: Curve): Buffer {
  const data = Buffer.alloc(4 + 2 * SAMPLES);
  data.writeUInt32BE(SAMPLES, 0);
  for (let index = 0; index < SAMPLES; index += 1) {
    const light = Math.min(1, Math.max(0, curve(index / (SAMPLES - 1))));
    data.writeUInt16BE(Math.round(65_535 * light), 4 + 2 * index);
  }
  return typed('curv', data);
}

/** XYZ of the profile connection space's illuminant, D50 (ICC.1:2022, 7.2.16). */
const D50 = [0.9642, 1, 0.8249];

/** Writes a display profile of version 4.3: primaries and one curve, or a grey curve (ICC.1:2022, 8.4). */
export function writeProfile({ name, matrix, curve }: ProfileColours): Buffer {
  const column = (index: number) =>
    typed('XYZ ', fixed((matrix ?? []).map((row) => row[index] ?? 0)));
  const trc = curveTag(curve);
  const tags: readonly (readonly [string, Buffer])[] = [
    ['desc', textTag(name)],
    ['cprt', textTag('No copyright')],
    ['wtpt', typed('XYZ ', fixed(D50))],
    ...(matrix
      ? ([
          ['rXYZ', column(0)],
          ['gXYZ', column(1)],
          ['bXYZ', column(2)],
          ['rTRC', trc],
          ['gTRC', trc],
          ['bTRC', trc],
        ] as const)
      : ([['kTRC', trc]] as const)),
  ];
  const table = Buffer.alloc(ENTRY * tags.length);
  const pieces: Buffer[] = [];
  const places = new Map<Buffer, number>();
  let end = HEADER + table.length;
  tags.forEach(([signature, data], index) => {
    const start = places.get(data) ?? end;
    if (!places.has(data)) {
      const padded = Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
      pieces.push(padded);
      places.set(data, start);
      end += padded.length;
    }
    table.write(signature, ENTRY * index, 'latin1');
    table.writeUInt32BE(start, ENTRY * index + 4);
    table.writeUInt32BE(data.length, ENTRY * index + 8);
  });
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(end, 0);
  header.writeUInt32BE(0x04300000, 8);
  header.write(`mntr${matrix ? 'RGB ' : 'GRAY'}XYZ `, 12, 'latin1');
  // A fixed date, 2026-01-01: the same upload always gives the same bytes.
  [2026, 1, 1].forEach((value, index) => header.writeUInt16BE(value, 24 + 2 * index));
  header.write('acsp', 36, 'latin1');
  fixed(D50).copy(header, 68);
  header.writeUInt32BE(tags.length, HEADER - 4);
  return Buffer.concat([header, table, ...pieces]);
}
