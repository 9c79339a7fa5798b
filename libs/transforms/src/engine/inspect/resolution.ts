import type { Structure } from '../../cost/structure.ts';
import type { Resolution } from '../../image-engine.ts';
import { swapsSides } from '../../orientation.ts';
import { headerSegments } from '../gain-map/jpeg-segments.ts';

const APP0 = 0xe0;
const CM_PER_INCH = 2.54;
const METRES_PER_INCH = 0.0254;
/** Pixels per inch of each unit: JFIF 1.02, and TIFF and EXIF. Others are ratios. */
const JFIF_UNITS: Readonly<Record<number, number>> = { 1: 1, 2: CM_PER_INCH };
const EXIF_UNITS: Readonly<Record<number, number>> = { 2: 1, 3: CM_PER_INCH };
const INCH = 2;

function ofJfif(file: Uint8Array): Resolution | undefined {
  for (const { marker, content } of headerSegments(file)) {
    if (marker !== APP0 || content.length < 12 || content.toString('latin1', 0, 5) !== 'JFIF\0')
      continue;
    const factor = JFIF_UNITS[content.readUInt8(7)] ?? 0;
    return { x: content.readUInt16BE(8) * factor, y: content.readUInt16BE(10) * factor };
  }
  return undefined;
}

/** `pHYs`, which comes before the pixels (PNG, third edition, 11.3.4.3). */
function ofPng(source: Uint8Array): Resolution | undefined {
  const file = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  for (let at = 8; at + 21 <= file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') return undefined;
    // The unit 1 is a metre.
    if (type === 'pHYs' && file.readUInt8(at + 16) === 1) {
      const inInches = (place: number) => file.readUInt32BE(place) * METRES_PER_INCH;
      return { x: inInches(at + 8), y: inInches(at + 12) };
    }
  }
  return undefined;
}

function ofExif(tags: Readonly<Record<string, unknown>>): Resolution | undefined {
  const { XResolution: x, YResolution: y, ResolutionUnit: unit = INCH } = tags;
  const factor = EXIF_UNITS[Number(unit)] ?? 0;
  return typeof x === 'number' && typeof y === 'number'
    ? { x: x * factor, y: y * factor }
    : undefined;
}

/** A metre has a whole number of pixels in PNG, and an inch then has not. */
const ROUNDING = 0.013;

function rounded(value: number): number {
  const whole = Math.round(value);
  return whole > 0 && Math.abs(value - whole) < ROUNDING ? whole : Number(value.toPrecision(6));
}

/** Whether an image can have so many pixels in an inch. */
const isPossible = (value: number) => value > 0 && value < 2 ** 24;

export interface ResolutionSource {
  readonly structure: Structure | undefined;
  /** Of EXIF. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly orientation: number;
}

/** The resolution that a file states for its upright picture. Values that cannot be true count as not stated. */
export function resolutionOf(
  file: Uint8Array,
  { structure, tags, orientation }: ResolutionSource,
): Resolution | undefined {
  const stored =
    structure?.format === 'tiff' ? structure.resolution : (ofJfif(file) ?? ofPngOrNothing(file));
  const found = [stored, ofExif(tags)].find((one) => one && isPossible(one.x) && isPossible(one.y));
  if (!found) return undefined;
  const [x, y] = [rounded(found.x), rounded(found.y)];
  return swapsSides(orientation) ? { x: y, y: x } : { x, y };
}

function ofPngOrNothing(file: Uint8Array): Resolution | undefined {
  return file[0] === 0x89 && file[1] === 0x50 ? ofPng(file) : undefined;
}
