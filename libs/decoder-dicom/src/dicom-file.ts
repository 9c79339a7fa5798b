import type { DecodedPixels, DecoderHeader } from '@darkroom/transforms';
import { withoutForeignErrors } from './dicom-error.ts';
import { colourDepth, colourPixels } from './colour.ts';
import { checkLength, readFrame, scansOf } from './frames.ts';
import { greyDepth, greyPixels } from './grey.ts';
import { type DicomImage, openImage, type OpenOptions } from './image.ts';
import type { Compression } from './transfer-syntaxes.ts';

interface Request extends OpenOptions {
  /** From 1. */
  readonly page: number;
}

const isGrey = ({ photometric }: DicomImage) => photometric.startsWith('MONOCHROME');
const MIB = 1024 * 1024;

/** For a megapixel of each sample: CPU seconds and MiB (measured, docs/formats.md). */
const COST: Readonly<
  Record<Compression | 'jpeg-12', readonly [cpuSeconds: number, memory: number]>
> = {
  none: [0.03, 3],
  rle: [0.04, 5],
  jpeg: [0.03, 4],
  'jpeg-12': [0.09, 4],
  'jpeg-lossless': [0.12, 5],
  'jpeg-ls': [0.14, 7],
  'jpeg-2000': [0.5, 18],
  htj2k: [0.05, 6],
};
/** What scans after the first one take, for a megapixel of each sample. The coefficients of the whole frame are kept for them. */
const SCAN = { cpuSeconds: 0.01, memory: 4 };
/** Elements are garbage in the heap, which grows until it is collected; fragments are in a list. */
const ELEMENT = { cpuSeconds: 5e-7, garbage: 1e-4, mostGarbage: 24, ofFragment: 6e-4 };
const FIXED = { cpuSeconds: 0.05, memory: 4, memoryOfCodec: 24 };

/** @throws DicomError */
export function readHeader(
  source: Uint8Array,
  { page, burnedIn }: Request,
): Promise<DecoderHeader> {
  return withoutForeignErrors(() => {
    const image = openImage(source, { burnedIn });
    const fragments = checkLength(image);
    const { width, height, frames, samples, syntax, inflated, pixelData } = image;
    // Each element before the pixels is read, the shortest have 8 bytes; and each fragment.
    const elements = pixelData.start / 8 + fragments;
    const isJpeg12 = syntax.compression === 'jpeg' && image.stored > 8;
    const [cpuSeconds, memory] = COST[isJpeg12 ? 'jpeg-12' : syntax.compression];
    const scans = syntax.compression === 'jpeg' ? scansOf(image, page) : 1;
    const isCompressed = !['none', 'rle'].includes(syntax.compression);
    return {
      ...{ width, height, pages: frames },
      ...(isGrey(image)
        ? { channels: 1, depth: greyDepth(image) }
        : { channels: 3, depth: colourDepth(image) }),
      cost: {
        cpuSeconds:
          FIXED.cpuSeconds + (source.length + inflated) / 1e8 + elements * ELEMENT.cpuSeconds,
        memory:
          FIXED.memory +
          Math.min(ELEMENT.mostGarbage, elements * ELEMENT.garbage) +
          fragments * ELEMENT.ofFragment +
          (isCompressed ? FIXED.memoryOfCodec + source.length / frames / MIB : 0) +
          (2 * inflated) / MIB,
        perMegapixel: {
          cpuSeconds: samples * (cpuSeconds + (scans - 1) * SCAN.cpuSeconds),
          memory: samples * (memory + (scans > 1 ? SCAN.memory : 0)),
        },
      },
    };
  });
}

/** @throws DicomError */
export function readPixels(
  source: Uint8Array,
  { page, burnedIn }: Request,
): Promise<DecodedPixels> {
  return withoutForeignErrors(async () => {
    const image = openImage(source, { burnedIn });
    checkLength(image);
    const frame = await readFrame(image, page);
    return isGrey(image) ? greyPixels(image, frame, page) : colourPixels(image, frame);
  });
}
