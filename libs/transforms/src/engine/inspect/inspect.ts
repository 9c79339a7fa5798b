import sharp, { type Metadata } from 'sharp';
import { scanStructure } from '../../cost/structure.ts';
import type { Decoder } from '../../define-decoder.ts';
import type { DecoderOptions, SourceCoding, SourceFacts, Survey } from '../../image-engine.ts';
import { ImageError } from '../../image-error.ts';
import { correctedCoding } from '../colour/corrected-pixels.ts';
import { hasTables, primariesOf, profileKind } from '../colour/icc-profile.ts';
import {
  type DecoderBounds,
  type Detected,
  decoderOf,
  detectByDecoders,
  optionsOf,
  readHeader,
} from '../decoders/decode-upload.ts';
import { pngOfHeader } from '../decoders/png-of-pixels.ts';
import { otherPictures } from '../gain-map/jpeg-segments.ts';
import { plainText, readExif } from '../metadata/exif.ts';
import { frameHeader } from '../render/frames.ts';
import { decodable } from './decodable.ts';
import { detectType, isAlsoDicom } from './detect-type.ts';
import { pageFile } from './page.ts';
import { resolutionOf } from './resolution.ts';
import { headerWithoutExtraChannels } from './tiff-channels.ts';
import { unsupportedCoding, unsupportedMessage } from './unsupported-coding.ts';

function coding(header: Metadata, source: Uint8Array): SourceCoding {
  const { space, depth, icc, chromaSubsampling } = header;
  const kind = space === 'cmyk' ? 'cmyk' : space === 'b-w' || space === 'grey16' ? 'grey' : 'rgb';
  const profile = profileKind(icc, kind);
  return {
    depth: depth === 'uchar' ? 8 : 16,
    space: kind,
    profile,
    ...(icc && profile === 'other' && needsTables(icc, kind) && { profileTables: true }),
    ...(chromaSubsampling ? { chromaSubsampling } : {}),
    ...correctedCoding(source, header),
  };
}

function needsTables(profile: Buffer, space: SourceCoding['space']): boolean {
  return space === 'rgb' ? !primariesOf(profile) : hasTables(profile);
}

interface InspectOptions extends DecoderBounds {
  readonly svg: boolean;
  /** Of the formats that the recipes allow. */
  readonly decoders: readonly Decoder[];
  /** The recipe's. */
  readonly given: DecoderOptions;
  /** The page, from 1; or the frames of an animation, which all have the same facts. */
  readonly part: number | 'frames';
  /** As `survey`, which may have read this file before. */
  readonly surveyOf: (source: Uint8Array) => Promise<Survey>;
}

interface SurveyOptions extends Pick<InspectOptions, 'svg' | 'decoders'> {
  /** Of the formats that no recipe allows. */
  readonly otherDecoders: readonly Decoder[];
}

/**
 * Detects the format of an upload and reads its structure, without a decoder. That of a decoder's format is not known then.
 * @throws ImageError `UNSUPPORTED_FORMAT` or `CORRUPT_IMAGE`
 */
export async function survey(
  source: Uint8Array,
  { svg, decoders, otherDecoders }: SurveyOptions,
): Promise<Survey> {
  if (source.length === 0) throw new ImageError('CORRUPT_IMAGE', 'the upload has zero bytes');
  const { name, format } = await detectType(source);
  const detected = !format || isAlsoDicom(source) ? detectByDecoders(source, decoders) : undefined;
  if (detected) return { format: detected.format };
  if (!format || (format === 'svg' && !svg)) {
    const refused = format ?? detectByDecoders(source, otherDecoders)?.format;
    const why = refused
      ? `; the \`formats\` of its recipe do not contain ${refused}`
      : ', which cannot be processed';
    throw new ImageError('UNSUPPORTED_FORMAT', `the upload is ${name}${why}`);
  }
  const file = decodable(source);
  // What a decoder reads of a sequence; whether a JPEG has its end marker.
  const { structure } = scanStructure(format === 'avif' ? file : source, format);
  const coding = unsupportedCoding(file, format, structure);
  if (coding) throw new ImageError('UNSUPPORTED_FORMAT', unsupportedMessage(format, coding));
  return { format, ...(structure && { structure }) };
}

/**
 * Reads the header of an upload, or of its page or frames. Uses only its bytes, not its name or media type.
 * @throws ImageError `UNSUPPORTED_FORMAT` or `CORRUPT_IMAGE`
 */
export async function inspect(source: Uint8Array, options: InspectOptions): Promise<SourceFacts> {
  const { part, ...others } = options;
  const { format, structure } = await options.surveyOf(source);
  if (part === 'frames') return inspectFrames(source, { format, ...(structure && { structure }) });
  const decoder = decoderOf(format, options.decoders);
  if (decoder) return inspectDecoded(source, { decoder, format }, { ...options, page: part });
  if (part === 1) return inspectFile(source, { format, ...(structure && { structure }) });
  return { ...(await inspect(pageFile(source, format, part), { ...others, part: 1 })), page: part };
}

/** The facts of each frame, which is decoded before it is rendered like an upload of its own. */
async function inspectFrames(
  source: Uint8Array,
  { format, structure }: Survey,
): Promise<SourceFacts> {
  const damaged = (cause?: unknown) =>
    new ImageError('CORRUPT_IMAGE', `the ${format} cannot be read: its header is damaged`, {
      cause,
    });
  if (structure?.format !== 'gif' && structure?.format !== 'webp') throw damaged();
  const header = await frameHeader(source).catch((cause: unknown) => {
    throw damaged(cause);
  });
  const { width, height, channels, depth } = header;
  const bytes = source.length;
  return {
    ...(await inspectFile(pngOfHeader(header), { format })),
    ...{ bytes, pages: 1, frameOf: structure },
    structure: {
      ...{ format: 'decoded', bytes, width, height, channels, depth },
      // That of all frames together (`framesCost`).
      reading: { cpuSeconds: 0, memory: 0 },
    },
  };
}

/** The facts of the pixels that the decoder makes. */
async function inspectDecoded(
  source: Uint8Array,
  detected: Detected,
  options: Pick<InspectOptions, 'given' | keyof DecoderBounds> & { readonly page: number },
): Promise<SourceFacts> {
  const { decoder, format } = detected;
  const { page, given } = options;
  const request = { page, options: optionsOf(decoder, given) };
  const header = await readHeader(source, detected, request, options);
  const { width, height, channels, depth, density, pages = 1, cost } = header;
  const bytes = source.length;
  return {
    ...(await inspectFile(pngOfHeader(header), { format })),
    ...(page === 1 ? { bytes, pages } : { bytes, pages: 1, page }),
    ...(density !== undefined && { resolution: { x: density, y: density } }),
    structure: {
      ...{ format: 'decoded', bytes, width, height, channels, depth, reading: cost },
      ...(decoder.scales && { scales: true }),
      ...(decoder.options && { options: request.options }),
    },
  };
}

async function inspectFile(
  source: Uint8Array,
  { format, structure }: Survey,
): Promise<SourceFacts> {
  const file = headerWithoutExtraChannels(decodable(source));
  let header: Metadata;
  try {
    header = await sharp(file, { failOn: 'error', limitInputPixels: false }).metadata();
  } catch (cause) {
    // Does not include libvips' message, which may belong to another image (explain-failure.ts).
    throw new ImageError('CORRUPT_IMAGE', `the ${format} cannot be read: its header is damaged`, {
      cause,
    });
  }
  const { orientation: stated = 1 } = header;
  const orientation = stated >= 1 && stated <= 8 ? stated : 1;
  const others = otherPictures(source);
  const tags = await readExif(header.exif);
  const resolution = resolutionOf(source, { structure, tags, orientation });
  return {
    format,
    ...(orientation >= 5
      ? { width: header.height, height: header.width }
      : { width: header.width, height: header.height }),
    orientation,
    pages: header.pages ?? 1,
    bytes: source.length,
    hasAlpha: header.hasAlpha,
    progressive: header.isProgressive,
    ...(others.length > 0 && {
      otherPictures: others.length,
      otherStructures: others.flatMap((file) => scanStructure(file, 'jpeg').structure ?? []),
    }),
    ...(resolution && { resolution }),
    ...cameraFacts(tags),
    coding: coding(header, file),
    ...(structure && { structure }),
  };
}

/** EXIF facts about the shot, for the manifest. */
interface CameraFacts {
  readonly takenAt?: string;
  readonly camera?: string;
}

/** Maximum length of make and model, characters. */
const MAX_CAMERA = 100;

function takenAt(value: unknown): string | undefined {
  const match =
    typeof value === 'string'
      ? /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(value.trim())
      : null;
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const date = new Date(`${text}Z`);
  // Cameras whose clock is not set write 0000:00:00.
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== text
    ? undefined
    : text;
}

/** Camera and capture time from the tags of EXIF. */
function cameraFacts(tags: Readonly<Record<string, unknown>>): CameraFacts {
  const taken = takenAt(tags['DateTimeOriginal']) ?? takenAt(tags['CreateDate']);
  const [make, model] = [plainText(tags['Make']), plainText(tags['Model'])];
  const name = model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
  const camera = name.trim().slice(0, MAX_CAMERA);
  return { ...(taken ? { takenAt: taken } : {}), ...(camera ? { camera } : {}) };
}
