import type { DecodedPixels } from '@darkroom/transforms';
import { attributesOf, decimalOf, itemOf, textsOf } from './attributes.ts';
import { DicomError } from './dicom-error.ts';
import type { StoredFrame } from './frames.ts';
import { type DicomImage, frameAttributes } from './image.ts';
import { entryOf, type LookupTable, lookupTable } from './lookup-table.ts';

type Depth = 8 | 16 | 32;
type Display = NonNullable<NonNullable<DecodedPixels['values']>['display']>;

const depthOfBits = (bits: number): Depth => (bits <= 8 ? 8 : bits <= 16 ? 16 : 32);

function tableOf(
  { attributes }: DicomImage,
  sequence: 'ModalityLUTSequence' | 'VOILUTSequence',
  signed: boolean,
): LookupTable | undefined {
  const item = itemOf(attributes.get(sequence));
  return (
    item &&
    lookupTable(attributesOf(item), { descriptor: 'LUTDescriptor', data: 'LUTData', signed })
  );
}

/** @throws DicomError */
export function greyDepth(image: DicomImage): Depth {
  const modality = tableOf(image, 'ModalityLUTSequence', image.signed);
  return depthOfBits(modality ? modality.bits : image.stored);
}

/** Value = `intercept` + `slope` × stored value. */
function rescaleOf(image: DicomImage, page: number) {
  const attributes = frameAttributes(image, page, 'PixelValueTransformationSequence');
  const slope = decimalOf(attributes.get('RescaleSlope')) ?? 1;
  const intercept = decimalOf(attributes.get('RescaleIntercept')) ?? 0;
  if (slope === 0) throw new DicomError('CORRUPT_IMAGE', 'RescaleSlope is 0');
  return { slope, intercept };
}

const SHAPES = { LINEAR_EXACT: 'exact', SIGMOID: 'sigmoid' } as const;

/** The first window of the file. */
function windowOf(image: DicomImage, page: number): Display | undefined {
  const attributes = frameAttributes(image, page, 'FrameVOILUTSequence');
  const centre = decimalOf(attributes.get('WindowCenter'));
  const width = decimalOf(attributes.get('WindowWidth'));
  if (centre === undefined || width === undefined || width <= 0) return undefined;
  const [name = ''] = textsOf(attributes.get('VOILUTFunction'));
  const shape = name === 'SIGMOID' || name === 'LINEAR_EXACT' ? SHAPES[name] : 'linear';
  // The function LINEAR has no meaning below 1, but some files of PET have such windows.
  return {
    type: 'window',
    centre,
    width,
    shape: width < 1 && shape === 'linear' ? 'exact' : shape,
  };
}

/** How the file itself says that its values are shown. */
function displayOf(image: DicomImage, page: number): Display | undefined {
  const window = windowOf(image, page);
  if (window) return window;
  const table = tableOf(
    image,
    'VOILUTSequence',
    image.signed || rescaleOf(image, page).intercept < 0,
  );
  if (table) {
    const most = 2 ** table.bits - 1;
    return { type: 'table', first: table.first, levels: table.entries.map((one) => one / most) };
  }
  // Pictures of 8 bits, such as screenshots, are meant as they are.
  return image.stored === 8 && !image.signed ? undefined : { type: 'linear' };
}

/** The values of a frame: a window can be applied to them later. */
export function greyPixels(image: DicomImage, frame: StoredFrame, page: number): DecodedPixels {
  const { width, height, stored, lowBit, signed, photometric } = image;
  const count = width * height;
  const modality = tableOf(image, 'ModalityLUTSequence', image.signed);
  const depth = greyDepth(image);
  const data = new { 8: Uint8Array, 16: Uint16Array, 32: Float32Array }[depth](count);
  const half = 2 ** (stored - 1);
  const range = 2 ** stored;
  const mask = range > 2 ** 31 ? 0xffff_ffff : range - 1;
  const source = frame.data;
  // Signed values are stored above zero: the least one is sample 0.
  const least = signed ? -half : 0;
  for (let index = 0; index < count; index += 1) {
    const bits = (((source[index] ?? 0) >>> lowBit) & mask) >>> 0;
    const value = signed && bits >= half ? bits - range : bits;
    data[index] = modality ? entryOf(modality, value) : depth === 32 ? value : value - least;
  }
  const { slope, intercept } = modality ? { slope: 1, intercept: 0 } : rescaleOf(image, page);
  const first = modality || depth === 32 ? 0 : least;
  const display = displayOf(image, page);
  return {
    ...{ width, height, channels: 1, data },
    values: {
      ...{ scale: slope, offset: intercept + slope * first },
      ...(photometric === 'MONOCHROME1' && { inverted: true }),
      ...(display && { display }),
    },
  };
}
