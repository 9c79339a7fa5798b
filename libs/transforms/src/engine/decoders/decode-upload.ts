import type {
  DecodedFile,
  DecodedPixels,
  Decoder,
  DecoderErrorCode,
  DecoderHeader,
  HeaderRequest,
  ReadRequest,
  SampleValues,
} from '../../define-decoder.ts';
import { DETECTED_BYTES } from '../../define-decoder.ts';
import { type Display, displayed } from '../../display/display.ts';
import type { DecoderOptions, Measure, SourceFormat } from '../../image-engine.ts';
import { ImageError, reasonOf } from '../../image-error.ts';
import { isFileOf } from './is-file-of.ts';
import { displayKey, type PreparedUpload } from '../display/shown-files.ts';
import { decodable } from '../inspect/decodable.ts';
import { measured } from '../measure/measure.ts';
import { pngOfHeader, pngOfPixels } from './png-of-pixels.ts';

/** A decoder, and the one of its formats that a file has. */
export interface Detected {
  readonly decoder: Decoder;
  readonly format: string;
}

/** Asks the decoders in their order. One that throws does not know the file. */
export function detectByDecoders(
  source: Uint8Array,
  decoders: readonly Decoder[],
): Detected | undefined {
  const start = source.subarray(0, DETECTED_BYTES);
  for (const decoder of decoders) {
    try {
      const format = decoder.detect(start);
      if (format !== undefined && decoder.formats.includes(format)) return { decoder, format };
    } catch {
      continue;
    }
  }
  return undefined;
}

export function decoderOf(format: SourceFormat, decoders: readonly Decoder[]): Decoder | undefined {
  return decoders.find(({ formats }) => formats.includes(format));
}

/** What a recipe gives, with the decoder's defaults. */
export function optionsOf({ name, options }: Decoder, given: DecoderOptions): unknown {
  return options ? options.parse(given[name] ?? {}) : {};
}

const CODES: readonly unknown[] = [
  'UNSUPPORTED_FORMAT',
  'CORRUPT_IMAGE',
  'TOO_LARGE',
] satisfies DecoderErrorCode[];

/** Time limit of the decoder's code, milliseconds. A loop that never yields ends with its process. */
export interface DecoderBounds {
  readonly stepTimeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** The error of a decoder as one of the upload. */
function rejection(format: string, part: 'header' | 'data', cause: unknown): ImageError {
  if (cause instanceof ImageError) return cause;
  const isOwn =
    typeof cause === 'object' && cause !== null && 'code' in cause && CODES.includes(cause.code);
  return isOwn
    ? new ImageError(cause.code as DecoderErrorCode, `the ${format}: ${reasonOf(cause)}`, { cause })
    : new ImageError('CORRUPT_IMAGE', `the ${format} cannot be read: its ${part} is damaged`, {
        cause,
      });
}

async function withinTime<T>(
  format: string,
  { stepTimeout, signal }: DecoderBounds,
  work: () => Promise<T>,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const expire = () =>
    late.reject(
      new ImageError(
        'TIMEOUT',
        `the decoder of ${format} did not return within ${stepTimeout / 1000} s`,
      ),
    );
  const abort = () =>
    late.reject(new ImageError('TIMEOUT', `the decoder of ${format} ran out of time`));
  const timer = setTimeout(expire, stepTimeout);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31;
const isCost = (value: unknown) => typeof value === 'number' && value >= 0 && value < Infinity;

/** What is wrong with a header; decoders may be anyone's. */
function problemOf(
  { width, height, channels, depth, orientation = 1, density, pages = 1, cost }: DecoderHeader,
  { page }: HeaderRequest,
) {
  if (!isCount(width) || !isCount(height)) return `a size of ${width}×${height}`;
  if (![1, 2, 3, 4].includes(channels)) return `${String(channels)} channels`;
  if (![8, 16, 32].includes(depth)) return `samples of ${String(depth)} bits`;
  if (!isCount(pages) || pages < page) return `${pages} pages`;
  if (!isCount(orientation) || orientation > 8) return `the orientation ${orientation}`;
  if (density !== undefined && !(density > 0 && density < 2 ** 20))
    return `a density of ${density}`;
  const { perMegapixel = { cpuSeconds: 0, memory: 0 } } = cost;
  const costs = [cost, perMegapixel].flatMap(({ cpuSeconds, memory }) => [cpuSeconds, memory]);
  if (!costs.every(isCost)) return 'no valid cost';
  return undefined;
}

/** @throws ImageError `UNSUPPORTED_FORMAT`, `CORRUPT_IMAGE`, `TOO_LARGE` or `TIMEOUT` */
export async function readHeader(
  source: Uint8Array,
  { decoder, format }: Detected,
  request: HeaderRequest,
  bounds: DecoderBounds,
): Promise<DecoderHeader> {
  try {
    const header = await withinTime(format, bounds, async () => decoder.header(source, request));
    const problem = problemOf(header, request);
    if (problem) throw new Error(`the decoder ${decoder.name} found ${problem}`);
    return header;
  } catch (cause) {
    throw rejection(format, 'header', cause);
  }
}

const SAMPLES = { 8: Uint8Array, 16: Uint16Array, 32: Float32Array };

/** Whether the pixels are those that the header has announced. */
function differs(
  header: DecoderHeader,
  { width, height, channels, data, values }: DecodedPixels,
): boolean {
  const type = SAMPLES[header.depth];
  return (
    width !== header.width ||
    height !== header.height ||
    channels !== header.channels ||
    !(data instanceof type) ||
    data.length !== width * height * channels ||
    (header.depth === 32 && !values)
  );
}

const PLAIN: SampleValues = { scale: 1, offset: 0 };

/** The pixels as a file for each way in which their values are shown. */
function shown(
  header: DecoderHeader,
  { width, channels, data, values = PLAIN }: DecodedPixels,
  displays: readonly (Display | undefined)[],
): ReadonlyMap<string, Uint8Array> {
  const { display: own, ...others } = values;
  const files = displays.map((display) => {
    const levels = displayed({ width, channels, data, ...others }, display ?? own);
    return [displayKey(display), decodable(pngOfPixels(header, levels))] as const;
  });
  return new Map(files);
}

interface DecodeOptions extends DecoderBounds {
  readonly displays: readonly (Display | undefined)[];
  readonly measures: readonly Measure[];
}

/**
 * Decodes an upload, or its page, into files that libvips reads. Measurements are measured here, by the values of the file.
 * @throws ImageError as `readHeader`; `CORRUPT_IMAGE` also if the pixels differ from the header
 */
export async function decodeUpload(
  source: Uint8Array,
  detected: Detected,
  request: ReadRequest,
  { displays, measures, ...bounds }: DecodeOptions,
): Promise<PreparedUpload> {
  const { decoder, format } = detected;
  const own = await readHeader(source, detected, request, bounds);
  const header = { ...own, ...request.size };
  let page: DecodedPixels | DecodedFile;
  try {
    page = await withinTime(format, bounds, async () => decoder.read(source, request));
  } catch (cause) {
    throw rejection(format, 'data', cause);
  }
  if ('file' in page ? !(await isFileOf(page.file, header)) : differs(header, page)) {
    throw new ImageError('CORRUPT_IMAGE', `the ${format} cannot be read: its header is wrong`);
  }
  if ('file' in page) return { file: decodable(page.file) };
  const { data, values } = page;
  if (!values && !(data instanceof Float32Array)) {
    return { file: decodable(pngOfPixels(header, data)) };
  }
  return {
    file: pngOfHeader(header),
    shown: shown(header, page, displays),
    ...(measures.length > 0 && {
      measured: { kind: 'measured', channels: measured(page, measures) },
    }),
  };
}
