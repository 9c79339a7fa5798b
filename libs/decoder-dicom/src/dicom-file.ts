import type { DecodedPixels, DecoderHeader } from '@darkroom/transforms';
import { withoutForeignErrors } from './dicom-error.ts';
import { colourDepth, colourPixels } from './colour.ts';
import { checkLength, readFrame } from './frames.ts';
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
const COST: Readonly<Record<Compression, readonly [cpuSeconds: number, memory: number]>> = {
  none: [0.03, 3],
  rle: [0.04, 5],
  jpeg: [0.03, 4],
  'jpeg-lossless': [0.12, 5],
  'jpeg-ls': [0.14, 7],
  'jpeg-2000': [0.5, 18],
};
const FIXED = { cpuSeconds: 0.05, memory: 4, memoryOfCodec: 24 };

/** @throws DicomError */
export function readHeader(source: Uint8Array, { burnedIn }: OpenOptions): Promise<DecoderHeader> {
  return withoutForeignErrors(() => {
    const image = openImage(source, { burnedIn });
    checkLength(image);
    const { width, height, frames, samples, syntax, inflated } = image;
    const [cpuSeconds, memory] = COST[syntax.compression];
    const isCompressed = !['none', 'rle'].includes(syntax.compression);
    return {
      ...{ width, height, pages: frames },
      ...(isGrey(image)
        ? { channels: 1, depth: greyDepth(image) }
        : { channels: 3, depth: colourDepth(image) }),
      cost: {
        cpuSeconds: FIXED.cpuSeconds + (source.length + inflated) / 1e8,
        memory:
          FIXED.memory +
          (isCompressed ? FIXED.memoryOfCodec + source.length / frames / MIB : 0) +
          (2 * inflated) / MIB,
        perMegapixel: { cpuSeconds: samples * cpuSeconds, memory: samples * memory },
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
