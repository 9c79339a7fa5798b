import type { AvifStructure } from './avif.ts';
import type { GifStructure } from './gif.ts';
import type { JpegStructure } from './jpeg.ts';
import type { PngStructure } from './png.ts';
import type { AnimationStructure, DecodedStructure, Structure } from './structure.ts';
import type { TiffStructure } from './tiff.ts';
import type { WebpStructure } from './webp.ts';

/** What one decode of a file costs beyond the process at rest. */
export interface DecodeCost {
  /** CPU time, user and system, of the reference core (docs/performance.md), seconds. */
  readonly cpuSeconds: number;
  /** Peak memory, MiB, without the file itself. */
  readonly memory: number;
}

/** What is decoded of a file, and how. */
export interface Decoding {
  /** All frames of a WebP or GIF; otherwise the first frame or page. */
  readonly animated: boolean;
  /** The factor by which the decoder may reduce a JPEG on load: 1, 2, 4 or 8. Default: 1. */
  readonly shrink?: number;
}

const MIB = 1024 * 1024;
const MEGAPIXEL = 1_000_000;

/** Opening a file. */
const FIXED = { cpuSeconds: 0.0035, memory: 3 };
/** AV1's decoder holds tables too, MiB. */
const AV1_TABLES = 3;
/** The most that libvips's own buffers take, MiB. Small pictures do not fill them. */
const MOST_BUFFERS = 13;

/** MiB of libvips's own buffers for so many pixels. */
function buffers(megapixels: number, width: number, pixelBytes = 3): number {
  return Math.min(MOST_BUFFERS, (Math.max(megapixels, width / 1000) * pixelBytes) / 3);
}
/** CPU seconds to prepare the conversion of CMYK, which uses tables. */
const CMYK_SECONDS = 0.04;
/** CPU seconds for each line of a picture, however short it is. */
const LINE_SECONDS = 4e-6;

/** Lines of a picture that libvips holds between decoding and resizing: at least those of its own buffers. */
const HELD_LINES = 1000;
const LEAST_HELD_LINES = 256;

/** MiB of the lines that are held, at most `most` of them. */
function heldLines(
  { width, height }: { readonly width: number; readonly height: number },
  pixelBytes: number,
  most: number,
): number {
  return (width * pixelBytes * Math.min(most, Math.max(LEAST_HELD_LINES, height))) / MIB;
}

const add = (cpuSeconds: number, memory: number): DecodeCost => ({
  cpuSeconds: FIXED.cpuSeconds + cpuSeconds,
  memory: FIXED.memory + memory,
});

/** SOF9 and SOF10. */
const ARITHMETIC = new Set([9, 10]);

function jpegCost(file: JpegStructure, { shrink = 1 }: Decoding): DecodeCost {
  const { components, blocks, held, firstBlocks, refinedBlocks } = file;
  const megasamples = (blocks * 64) / MEGAPIXEL;
  const megapixels = (file.width * file.height) / MEGAPIXEL / shrink ** 2;
  // A decoder that holds the coefficients has read all scans before the first line.
  const scans = held
    ? firstBlocks * (file.process === 2 ? 6.5e-9 : 13e-9) + refinedBlocks * 90e-9
    : 0;
  const pixels = (0.003 + (components > 3 ? 0.1 : 0)) * megapixels;
  const perMegasample = ARITHMETIC.has(file.process) ? 0.005 : shrink > 1 ? 0.0012 : 0.0022;
  const samples = (held ? 0.0035 : perMegasample) * megasamples;
  const read = (0.008 * file.bytes) / MIB;
  // Without an end marker, three decodes at full size compare the last lines.
  const whole = (0.003 * file.width * file.height) / MEGAPIXEL + 0.0022 * megasamples + read;
  const comparing = file.ended || held ? 0 : 3 * whole;
  // A decoder that shrinks fills the buffers less.
  const filled =
    (components > 3 ? 0.8 : 0.4) *
    buffers(held ? megapixels * shrink ** 2 : megapixels, file.width / shrink);
  const preparing = components > 3 ? CMYK_SECONDS : 0;
  return add(
    samples + pixels + scans + read + comparing + preparing,
    filled + (held ? 2 * megasamples : 0),
  );
}

function pngCost(file: PngStructure): DecodeCost {
  const { width, depth, colourType, interlaced, alpha } = file;
  const megapixels = (width * file.height) / MEGAPIXEL;
  const channels = (colourType === 0 || colourType === 4 ? 1 : 3) + (alpha ? 1 : 0);
  const pixelBytes = channels * (depth === 16 ? 2 : 1);
  const rawBytes = colourType === 3 ? depth / 8 : (pixelBytes * Math.min(depth, 8)) / 8;
  return add(
    (0.0013 * rawBytes +
      (colourType === 3 ? 0.006 : 0.003) +
      (alpha ? 0.006 : 0) +
      (interlaced ? 0.01 : 0)) *
      megapixels +
      (0.0045 * file.bytes) / MIB,
    buffers(megapixels, width, pixelBytes) +
      // Alpha is multiplied in floating-point samples, which 16 bits leave as they are held.
      heldLines(file, alpha && depth === 16 ? 2 * pixelBytes : pixelBytes, HELD_LINES) +
      (interlaced ? 0.954 * pixelBytes * megapixels : 0),
  );
}

/** Comparing each frame with all earlier ones takes seconds times the square of their number. */
const WEBP_FRAMES_SQUARED = 1e-9;

function webpCost(file: WebpStructure, { animated }: Decoding): DecodeCost {
  const { width, height, frames, lossless, alpha } = file;
  const megapixels = (width * height) / MEGAPIXEL;
  const fileMib = file.bytes / MIB;
  if (!file.animated) {
    const perMegapixel = (lossless ? 0.0115 : 0.01) + (alpha ? 0.007 : 0);
    return add(
      perMegapixel * megapixels + (lossless ? 0.014 : 0.035) * fileMib,
      lossless || alpha
        ? buffers(megapixels, width) + Math.min(8, megapixels) + (alpha ? 6.2 : 5) * megapixels
        : 0.4 * buffers(megapixels / 4, width),
    );
  }
  const opening = WEBP_FRAMES_SQUARED * frames ** 2;
  if (!animated) {
    return add(
      0.014 * megapixels + 2 * opening + (0.035 * file.largestFrame) / MIB,
      buffers(megapixels, width) + 4.9 * megapixels,
    );
  }
  return add(
    0.018 * megapixels * frames + 3.4 * opening + 0.035 * fileMib,
    buffers(megapixels * frames, width) + 3.95 * megapixels * frames + 8 * megapixels,
  );
}

function gifCost(file: GifStructure, { animated }: Decoding): DecodeCost {
  const megapixels = (file.width * file.height) / MEGAPIXEL;
  const fileMib = file.bytes / MIB;
  if (!animated || file.frames === 1) {
    return add(
      0.0065 * megapixels + 0.009 * fileMib,
      buffers(megapixels, file.width) + (file.restores ? 8.4 : 4.2) * megapixels,
    );
  }
  const decoded = Math.max(megapixels, file.framePixels / MEGAPIXEL);
  return add(
    (0.007 * decoded + 5e-6) * file.frames + 0.009 * fileMib,
    buffers(megapixels, file.width) + (13 + (file.restores ? 4 : 0)) * megapixels,
  );
}

const NONE = 1;
/** LZW, deflate by both its numbers, PackBits. */
const UNPACKED_BY_LINES = new Set([NONE, 5, 8, 32_946, 32_773]);
/** LZW and deflate. */
const PACKED = new Set([5, 8, 32_946]);
const WEBP_IN_TIFF = 50_001;
const CMYK = 5;
/** Seconds for each byte of a directory, which is read twice. */
const DIRECTORY_BYTE = 30e-9;
/** Lines of a TIFF that are held between decoding and resizing. */
const HELD_TIFF_LINES = 1500;
/** A strip of more rows is read line by line, if its coding allows it. */
const LARGE_STRIP = 128;

/** MiB for the strips or tiles of one row of the page, packed and unpacked. */
function chunkMemory(file: TiffStructure, pixelBytes: number): number {
  const { width, tile, rowsPerStrip, planar, compression, bytes } = file;
  if (tile) {
    const row = Math.ceil(width / tile.width) * tile.width * tile.height * pixelBytes;
    return (2 * row + Math.min(bytes, row)) / MIB;
  }
  const strip = width * rowsPerStrip * pixelBytes;
  const packed = compression === NONE ? 0 : Math.min(bytes, strip);
  const byLines = !planar && rowsPerStrip > LARGE_STRIP && UNPACKED_BY_LINES.has(compression);
  return (packed + (byLines ? 0 : 2 * strip)) / MIB;
}

/** Repacking a pixel without its other channels holds it twice: with all samples, and with those that are kept. */
function repackingCost(file: TiffStructure): DecodeCost {
  const { width, height, depth, samples, kept, planar, photometric } = file;
  // Planes of colours are left out without decoding them.
  if (!kept || (planar && photometric > 1)) return { cpuSeconds: 0, memory: 0 };
  const megasamples = (width * height * (samples + kept.length)) / MEGAPIXEL;
  return { cpuSeconds: 0.008 * megasamples, memory: (megasamples * MEGAPIXEL * depth) / 8 / MIB };
}

function tiffCost(file: TiffStructure): DecodeCost {
  const { width, height, depth, samples, tile, planar, compression, photometric } = file;
  const repacking = repackingCost(file);
  const megapixels = (width * height) / MEGAPIXEL;
  const pixelBytes = (samples * depth) / 8;
  const tiles = tile ? Math.ceil(width / tile.width) * Math.ceil(height / tile.height) : 0;
  const hasAlpha = [2, 4, 5].includes(samples) && photometric !== CMYK;
  const perMegapixel =
    0.002 +
    0.0022 * pixelBytes +
    (depth === 16 ? 0.002 * samples : 0) +
    (planar ? 0.004 * pixelBytes : 0) +
    (PACKED.has(compression) ? 0.0034 * pixelBytes : 0) +
    (compression === WEBP_IN_TIFF ? 0.008 * pixelBytes : 0) +
    (hasAlpha ? 0.008 : 0) +
    (photometric === CMYK ? 0.06 : 0);
  return add(
    perMegapixel * megapixels +
      (photometric === CMYK ? CMYK_SECONDS : 0) +
      7e-6 * tiles * (planar ? samples : 1) +
      repacking.cpuSeconds +
      file.pages * 12.4e-6 +
      file.directoryBytes * DIRECTORY_BYTE,
    buffers(megapixels, width, pixelBytes) +
      heldLines(file, pixelBytes, HELD_TIFF_LINES) +
      chunkMemory(file, pixelBytes) +
      repacking.memory +
      (file.pages * 0.45) / 1024,
  );
}

function avifCost(file: AvifStructure): DecodeCost {
  const { codedPixels, decodedPixels, decodedBytes, depth, fullChroma, alpha } = file;
  const deep = depth > 8;
  const perMegapixel = 0.03 + (deep ? 0.03 : 0) + (fullChroma ? 0.01 : 0) + (alpha ? 0.005 : 0);
  const held = deep || fullChroma || alpha ? 18.5 : 14.5;
  const whole = (file.width * file.height) / MEGAPIXEL;
  // A grid is put together in planes and in pixels.
  const assembled = deep ? 12.5 : fullChroma ? 6.5 : 5;
  return add(
    (perMegapixel * decodedPixels) / MEGAPIXEL + (0.19 * decodedBytes) / MIB,
    AV1_TABLES +
      buffers(2 * whole, file.width) +
      (held * codedPixels) / MEGAPIXEL +
      (file.tiles > 1 ? assembled * whole : 0),
  );
}

/** Bytes of an upload's samples as its decoder returns them. */
export function decodedBytes({ width, height, channels, depth }: DecodedStructure): number {
  return (width * height * channels * depth) / 8;
}

/** A decode starts from the decoder's pixels, which are an uncompressed PNG. */
function decodedCost(file: DecodedStructure): DecodeCost {
  const { width, height, channels } = file;
  // Values of floating point are shown in 16 bits.
  const depth = Math.min(16, file.depth);
  const bytes = decodedBytes({ ...file, depth });
  return pngCost({
    ...{ format: 'png', bytes, width, height, depth },
    ...{ colourType: channels < 3 ? 0 : 2, interlaced: false, alpha: channels % 2 === 0 },
    ...{ chunks: 1, frames: 1 },
  });
}

/** CPU seconds that reading the header takes; a decode opens the file once more. */
export function openingSeconds(structure: Structure): number {
  if (structure.format === 'webp') return WEBP_FRAMES_SQUARED * structure.frames ** 2;
  if (structure.format === 'tiff') {
    return structure.pages * 6.2e-6 + (structure.directoryBytes * DIRECTORY_BYTE) / 2;
  }
  return 0;
}

/**
 * Estimates a decode from the structure of the file. The constants are fitted to measurements with sharp 0.35.5
 * (libvips 8.18.7) on one thread, and include the reduction to the size of an ordinary output.
 */
export function decodeCost(structure: Structure, decoding: Decoding): DecodeCost {
  const cost = costOf(structure, decoding);
  const isMoving = decoding.animated && (structure.format === 'webp' || structure.format === 'gif');
  const lines = structure.height * (isMoving ? structure.frames : 1);
  return { ...cost, cpuSeconds: cost.cpuSeconds + (lines * LINE_SECONDS) / (decoding.shrink ?? 1) };
}

/**
 * Estimates one decode of the frames `from` to `to` of an animation. A decoder composes all frames up to the last one, and
 * keeps those from the first one on. MiB without the pixels that it returns.
 */
export function framesCost(
  structure: AnimationStructure,
  { from, to }: { readonly from: number; readonly to: number },
): DecodeCost {
  const part = (frames: number) => decodeCost({ ...structure, frames }, { animated: true });
  // Comparing the frames of a WebP takes all of them, whichever are decoded.
  const opening =
    structure.format === 'webp'
      ? 3.4 * WEBP_FRAMES_SQUARED * (structure.frames ** 2 - Math.min(to, structure.frames) ** 2)
      : 0;
  return { cpuSeconds: part(to).cpuSeconds + opening, memory: part(to - from + 1).memory };
}

function costOf(structure: Structure, decoding: Decoding): DecodeCost {
  switch (structure.format) {
    case 'jpeg':
      return jpegCost(structure, decoding);
    case 'png':
      return pngCost(structure);
    case 'webp':
      return webpCost(structure, decoding);
    case 'gif':
      return gifCost(structure, decoding);
    case 'tiff':
      return tiffCost(structure);
    case 'avif':
      return avifCost(structure);
    case 'decoded':
      return decodedCost(structure);
  }
}
