import type { Structure } from '../../cost/structure.ts';
import type { TiffStructure } from '../../cost/tiff.ts';
import type { SourceFormat } from '../../image-engine.ts';
import { headerSegments } from '../gain-map/jpeg-segments.ts';

/** Compressions of TIFF (tag 259) that sharp's libtiff lacks. */
const COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [6, 'old-style JPEG'],
  [9, 'JBIG'],
  [10, 'JBIG'],
  [22_610, 'JPEG XR'],
  [32_766, 'NeXT'],
  [32_771, 'CCITT RLEW'],
  [32_809, 'ThunderScan'],
  [33_003, 'JPEG 2000'],
  [33_004, 'JPEG 2000'],
  [33_005, 'JPEG 2000'],
  [32_908, 'Pixar film'],
  [32_909, 'PixarLog'],
  [34_661, 'JBIG'],
  [34_676, 'SGI LogLuv'],
  [34_677, 'SGI LogLuv'],
  [34_712, 'JPEG 2000'],
  [34_887, 'LERC'],
  [34_892, 'lossy JPEG'],
  [34_925, 'LZMA'],
  [34_926, 'Zstandard'],
  [34_927, 'WebP'],
  [34_933, 'PNG'],
  [34_934, 'JPEG XR'],
  [50_000, 'Zstandard'],
  [50_002, 'JPEG XL'],
  [50_013, 'PKZIP'],
  [52_546, 'JPEG XL'],
]);
/** Compressions that it has: none, CCITT, LZW, JPEG, deflate, PackBits, WebP. */
const DECODED_COMPRESSIONS = new Set([1, 2, 3, 4, 5, 7, 8, 32_773, 32_946, 50_001]);
const JPEG_IN_TIFF = 7;
const WEBP_IN_TIFF = 50_001;
/** `SampleFormat` (tag 339). */
const SIGNED = 2;
const FLOAT = 3;
const CMYK = 5;
const CIELAB = 8;
const YCBCR = 6;
/** Colour spaces of TIFF (tag 262) that libvips does not know. */
const COLOURS: ReadonlyMap<number, string> = new Map([
  [4, 'a transparency mask'],
  [9, 'ICC Lab colours'],
  [10, 'ITU Lab colours'],
  [32_844, 'LogL luminance'],
  [32_845, 'LogLuv colours'],
  [51_177, 'a depth map'],
]);
/** Colour spaces that it knows: grey, RGB, palette, CMYK, YCbCr, Lab. */
const DECODED_COLOURS = new Set([0, 1, 2, 3, 5, 6, 8]);

function ofTiff(bytes: Uint8Array, file: TiffStructure): string | undefined {
  const { compression, photometric, depth, samples, sampleFormat, planar, kept } = file;
  const packing = COMPRESSIONS.get(compression);
  if (packing) return `${packing} compression`;
  if (!DECODED_COMPRESSIONS.has(compression)) return `compression ${compression}`;
  const colours = COLOURS.get(photometric);
  if (colours) return colours;
  if (!DECODED_COLOURS.has(photometric)) return `colours of kind ${photometric}`;
  const isFloat = sampleFormat === FLOAT;
  // Signed samples have no agreed range. Those of Lab are signed by its nature.
  if (sampleFormat === SIGNED && photometric !== CIELAB) return `signed samples of ${depth} bits`;
  if (isFloat && depth !== 32) return `floating-point samples of ${depth} bits`;
  if (depth === 32 && photometric === CMYK) return 'CMYK samples of 32 bits';
  if (depth === 32 && !isFloat && file.isPremultiplied) return 'premultiplied samples of 32 bits';
  const isPacked = samples === 1 && [1, 2, 4].includes(depth);
  if (sampleFormat > 4) return 'complex samples';
  if (!isPacked && ![8, 16, 32].includes(depth)) return `samples of ${depth} bits`;
  // Lossless JPEG of cameras and scanners. libjpeg decodes that of 8 bits.
  if (compression === JPEG_IN_TIFF && depth !== 8) return `JPEG compression of ${depth} bits`;
  if (photometric === CIELAB && depth === 8) return 'Lab colours of 8 bits';
  // Without JPEG compression, libvips takes YCbCr for RGB.
  if (photometric === YCBCR && compression !== JPEG_IN_TIFF && (planar || file.fullChroma)) {
    return 'YCbCr colours without JPEG compression';
  }
  if (planar && file.tile) return 'tiles of separate planes';
  const isWhole = compression === JPEG_IN_TIFF || compression === WEBP_IN_TIFF;
  if (kept && !planar && (isWhole || depth > 16)) return `${samples} channels of this coding`;
  if (compression !== JPEG_IN_TIFF) return undefined;
  const inside = ofJpeg(bytes.subarray(file.dataStart));
  return inside && `JPEG compression with ${inside}`;
}

/** Coding processes of JPEG (ITU-T T.81, table B.1) that libjpeg lacks. */
const PROCESSES: ReadonlyMap<number, string> = new Map([
  [0xc5, 'hierarchical coding'],
  [0xc6, 'hierarchical coding'],
  [0xc7, 'hierarchical coding'],
  [0xcb, 'lossless arithmetic coding'],
  [0xcd, 'hierarchical coding'],
  [0xce, 'hierarchical coding'],
  [0xcf, 'hierarchical coding'],
  [0xf7, 'JPEG-LS coding'],
]);
/** Markers from SOF0 to SOF15 are frames, except DHT, JPG and DAC; SOF55 is JPEG-LS (ITU-T T.87). */
const isFrame = (marker: number) =>
  marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker));

function ofJpeg(file: Uint8Array): string | undefined {
  for (const { marker, content } of headerSegments(file)) {
    if (!isFrame(marker)) continue;
    const process = PROCESSES.get(marker);
    if (process) return process;
    const [depth = 8, components = 1] = [content[0], content[5]];
    if (depth !== 8) return `samples of ${depth} bits`;
    // The height follows after the first scan (DNL, ITU-T T.81, B.2.5).
    if (content[1] === 0 && content[2] === 0) return 'its height after the pixels';
    return components === 2 || components > 4 ? `${components} channels` : undefined;
  }
  return undefined;
}

/**
 * Names the part of a valid file's coding that the decoder lacks, by the file's structure. Returns `undefined` if the
 * structure shows none. Does not use the decoder's messages: libvips has one message buffer per process, and an upload
 * that fails at the same time may take the message.
 */
export function unsupportedCoding(
  file: Uint8Array,
  format: SourceFormat,
  structure: Structure | undefined,
): string | undefined {
  if (format === 'jpeg') return ofJpeg(file);
  return structure?.format === 'tiff' ? ofTiff(file, structure) : undefined;
}

/** The message of a rejection. `coding` is what `unsupportedCoding` returns. */
export function unsupportedMessage(format: SourceFormat, coding: string): string {
  return `the upload is a valid ${format} file with ${coding}, which cannot be processed; save it with another coding`;
}

/**
 * The strictness of the decoder for a file. libvips leaves a tile of a TIFF blank that it cannot decode, unless warnings
 * are errors; strips that fail are always errors, and many sound TIFFs of strips give warnings. A JPEG without its end
 * marker gives a warning if its last scan is cut.
 */
export function failOnOf(structure: Structure | undefined): 'error' | 'warning' {
  const isStrict =
    (structure?.format === 'tiff' && structure.tile !== undefined) ||
    (structure?.format === 'jpeg' && !structure.ended);
  return isStrict ? 'warning' : 'error';
}
