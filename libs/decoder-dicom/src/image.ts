import { inflateRawSync } from 'node:zlib';
import {
  type Attributes,
  attributesOf,
  decimalOf,
  fileMeta,
  itemOf,
  type Keyword,
  shortsOf,
  textsOf,
  type Value,
} from './attributes.ts';
import { DicomError } from './dicom-error.ts';
import { type TransferSyntax, transferSyntaxOf } from './transfer-syntaxes.ts';

export type Photometric =
  'MONOCHROME1' | 'MONOCHROME2' | 'PALETTE COLOR' | 'RGB' | 'YBR_FULL' | 'YBR_FULL_422';

/** A file and what its attributes say about the pixels of all frames. */
export interface DicomImage {
  readonly attributes: Attributes;
  readonly syntax: TransferSyntax;
  readonly pixelData: Value;
  readonly photometric: Photometric;
  readonly width: number;
  readonly height: number;
  readonly samples: 1 | 3;
  readonly frames: number;
  readonly planar: boolean;
  readonly allocated: 1 | 8 | 16 | 32;
  readonly stored: number;
  /** Of the least significant bit that counts, from 0. */
  readonly lowBit: number;
  readonly signed: boolean;
  /** Bytes of the data set after it is inflated; 0 if it is not deflated. */
  readonly inflated: number;
}

const PREAMBLE = 128;
/** Deflated data sets are inflated as a whole. */
const MAX_INFLATED = 128 * 1024 * 1024;

const corrupt = (message: string) => new DicomError('CORRUPT_IMAGE', message);
const unsupported = (message: string) => new DicomError('UNSUPPORTED_FORMAT', message);

function inflated(data: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(data, { maxOutputLength: MAX_INFLATED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DicomError('TOO_LARGE', `it inflates to more than ${MAX_INFLATED} bytes`);
    }
    throw corrupt('its deflated data is damaged');
  }
}

function dataSetOf(source: Uint8Array) {
  const hasPreamble = Buffer.from(source.subarray(PREAMBLE, PREAMBLE + 4)).equals(
    Buffer.from('DICM'),
  );
  const meta = fileMeta(source, hasPreamble ? PREAMBLE + 4 : 0);
  const [uid = ''] = textsOf(meta.syntax);
  if (uid === '') throw unsupported('it does not state its transfer syntax in a file meta header');
  const syntax = transferSyntaxOf(uid);
  const data = syntax.deflated ? inflated(source.subarray(meta.end)) : source;
  const start = syntax.deflated ? 0 : meta.end;
  const region = { source: data, coding: syntax, start, end: data.length };
  return { syntax, attributes: attributesOf(region), inflated: syntax.deflated ? data.length : 0 };
}

function count(attributes: Attributes, keyword: Keyword): number {
  const [value] = shortsOf(attributes.get(keyword));
  if (value === undefined) throw corrupt(`it has no ${keyword}`);
  return value;
}

function framesOf(attributes: Attributes): number {
  const value = attributes.get('NumberOfFrames');
  const frames = decimalOf(value) ?? 1;
  if (!Number.isSafeInteger(frames) || frames < 1 || frames >= 2 ** 31) {
    throw corrupt('NumberOfFrames is not a number of frames');
  }
  return frames;
}

/** Their names for the colours that JPEG 2000 converts itself. */
const RGB_OF_CODEC: readonly unknown[] = ['YBR_RCT', 'YBR_ICT'];
const SAMPLES: Readonly<Record<Photometric, 1 | 3>> = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  'PALETTE COLOR': 1,
  RGB: 3,
  YBR_FULL: 3,
  YBR_FULL_422: 3,
};

function photometricOf(attributes: Attributes): Photometric {
  const [given = ''] = textsOf(attributes.get('PhotometricInterpretation'));
  const name = RGB_OF_CODEC.includes(given) ? 'RGB' : given;
  if (!Object.hasOwn(SAMPLES, name))
    throw unsupported('its PhotometricInterpretation is not supported');
  return name as Photometric;
}

function bitsOf(attributes: Attributes) {
  const [allocated, stored, high] = [
    count(attributes, 'BitsAllocated'),
    count(attributes, 'BitsStored'),
    count(attributes, 'HighBit'),
  ];
  if (allocated !== 1 && allocated !== 8 && allocated !== 16 && allocated !== 32) {
    throw unsupported(`BitsAllocated ${allocated} is not supported`);
  }
  const lowBit = high + 1 - stored;
  if (stored < 1 || lowBit < 0 || high >= allocated) {
    throw corrupt(`BitsStored ${stored} and HighBit ${high} do not fit BitsAllocated ${allocated}`);
  }
  return { allocated, stored, lowBit } as const;
}

export interface OpenOptions {
  readonly burnedIn: 'reject' | 'allow';
}

/** @throws DicomError */
export function openImage(source: Uint8Array, { burnedIn }: OpenOptions): DicomImage {
  const { syntax, attributes, inflated } = dataSetOf(source);
  if (
    burnedIn === 'reject' &&
    textsOf(attributes.get('BurnedInAnnotation'))[0]?.toUpperCase() === 'YES'
  ) {
    throw unsupported(
      'text is burned into its pixels (BurnedInAnnotation is YES); a recipe allows it with decoders: { dicom: { burnedIn: allow } }',
    );
  }
  const pixelData = attributes.get('PixelData');
  if (!pixelData) throw unsupported('it has no pixel data');
  const photometric = photometricOf(attributes);
  const samples = count(attributes, 'SamplesPerPixel');
  if (samples !== SAMPLES[photometric]) {
    throw corrupt(`SamplesPerPixel ${samples} does not fit its PhotometricInterpretation`);
  }
  const bits = bitsOf(attributes);
  const isColour = samples === 3;
  const signed = count(attributes, 'PixelRepresentation') === 1;
  if (isColour && (bits.allocated === 1 || signed)) {
    throw unsupported('colours of this sample type are not supported');
  }
  const [width, height] = [count(attributes, 'Columns'), count(attributes, 'Rows')];
  if (width === 0 || height === 0) throw corrupt(`it has ${width}×${height} pixels`);
  const frames = framesOf(attributes);
  const planar = shortsOf(attributes.get('PlanarConfiguration'))[0] === 1;
  return {
    ...{ attributes, syntax, pixelData, photometric, width, height, samples: SAMPLES[photometric] },
    ...{ ...bits, frames, planar, signed, inflated },
  };
}

/** Attributes that a frame may have of its own, in functional groups. */
export function frameAttributes(
  { attributes }: DicomImage,
  page: number,
  group: 'FrameVOILUTSequence' | 'PixelValueTransformationSequence',
): Attributes {
  const own = itemOf(attributes.get('PerFrameFunctionalGroupsSequence'), page - 1);
  const shared = itemOf(attributes.get('SharedFunctionalGroupsSequence'));
  for (const groups of [own, shared]) {
    const item = groups && itemOf(attributesOf(groups).get(group));
    if (item) return attributesOf(item);
  }
  return attributes;
}
