import type { DecodedPixels, DecoderErrorCode, DecoderHeader } from '@darkroom/transforms';
import createLibheif from 'libheif-js/libheif-wasm/libheif-bundle.mjs';

/** The functions of libheif's C API that this file calls; structures are returned into the first argument. */
interface Libheif {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _heif_context_alloc(): number;
  _heif_context_free(context: number): void;
  _heif_context_get_security_limits(context: number): number;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    data: number,
    bytes: number,
    options: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_release(handle: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_get_ispe_width(handle: number): number;
  _heif_image_handle_get_ispe_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_is_premultiplied_alpha(handle: number): number;
  _heif_image_handle_get_luma_bits_per_pixel(handle: number): number;
  _heif_image_handle_get_preferred_decoding_colorspace(
    error: number,
    handle: number,
    colourSpace: number,
    chroma: number,
  ): void;
  _heif_image_handle_get_raw_color_profile_size(handle: number): number;
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, data: number): void;
  _heif_image_handle_get_nclx_color_profile(error: number, handle: number, profile: number): void;
  _heif_nclx_color_profile_free(profile: number): void;
  _heif_image_handle_get_number_of_metadata_blocks(handle: number, type: number): number;
  _heif_image_handle_get_list_of_metadata_block_IDs(
    handle: number,
    type: number,
    ids: number,
    count: number,
  ): number;
  _heif_image_handle_get_metadata_type(handle: number, id: number): number;
  _heif_image_handle_get_metadata_content_type(handle: number, id: number): number;
  _heif_image_handle_get_metadata_size(handle: number, id: number): number;
  _heif_image_handle_get_metadata(error: number, handle: number, id: number, data: number): void;
  _heif_decoding_options_alloc(): number;
  _heif_decoding_options_free(options: number): void;
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colourSpace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_release(image: number): void;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_bits_per_pixel_range(image: number, channel: number): number;
  _heif_image_get_plane_readonly2(image: number, channel: number, stride: number): number;
}

/** libheif 1.23.2: enumerations, and offsets into its structures, bytes (32-bit pointers). */
const ERROR = { memoryAllocation: 6, unsupportedFile: 3, unsupportedFeature: 4, noPlugin: 11 };
/** The last one: this build has no decoder for the coding, such as AV1. */
const UNSUPPORTED: readonly number[] = [
  ERROR.unsupportedFile,
  ERROR.unsupportedFeature,
  ERROR.noPlugin,
];
const LIMITS_SUBERROR = 1000;
const COLOUR_SPACE = { rgb: 1, monochrome: 2 };
const CHROMA = { rgb: 10, rgba: 11, rgb16: 14, rgba16: 15 };
const INTERLEAVED = 10;
const LIMITS = { pixels: 8, tiles: 16, items: 28, profile: 32, total: 64 };
const OPTIONS = { strict: 21, keepColours: 69 };
const NCLX = { primaries: 4, transfer: 8 };

class HeifError extends Error {
  override readonly name = 'HeifError';
  readonly code: DecoderErrorCode;

  constructor(code: DecoderErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Tiles of a grid: a phone's picture of 48 megapixels has about 200. */
const MAX_TILES = 4096;
const MAX_PROFILE = 8 * 1024 * 1024;
const MAX_METADATA = 8 * 1024 * 1024;

/**
 * Measured (docs/formats.md): libheif holds planes and pixels of the whole picture, and the process keeps its memory.
 * CPU time grows with the pixels and with the coded bytes.
 */
const MEMORY = { fixed: 35, perMegapixel: 11, perDeepMegapixel: 18, perAlphaMegapixel: 5 };
const SECONDS = { fixed: 0.12, perMegapixel: 0.08, perDeepMegapixel: 0.13, perMib: 0.25 };
const MIB = 1024 * 1024;

const create = createLibheif as (options: object) => Libheif;
let loading: Libheif | undefined;

/** An instance that has crashed is not used again. */
function withLibheif<T>(work: (heif: Libheif) => T): T {
  // The function's log does not contain libheif's messages.
  loading ??= create({ print: () => undefined, printErr: () => undefined });
  try {
    return work(loading);
  } catch (error) {
    if (!(error instanceof HeifError)) loading = undefined;
    throw error;
  }
}

/** A file that libheif has opened, at its primary picture. */
class HeifFile {
  readonly #heif: Libheif;
  readonly #allocated: number[] = [];
  readonly #context: number;
  readonly #error: number;
  readonly #result: number;
  readonly handle: number;

  private constructor(heif: Libheif, source: Uint8Array) {
    this.#heif = heif;
    this.#context = heif._heif_context_alloc();
    this.#error = this.#allocate(16);
    this.#result = this.#allocate(16);
    this.#limit();
    const data = this.#allocate(source.length);
    heif.HEAPU8.set(source, data);
    heif._heif_context_read_from_memory_without_copy(
      this.#error,
      this.#context,
      data,
      source.length,
      0,
    );
    this.#check('the file is damaged');
    heif._heif_context_get_primary_image_handle(this.#error, this.#context, this.#result);
    this.#check('the file has no picture');
    this.handle = this.#u32(this.#result);
  }

  static open<T>(source: Uint8Array, work: (file: HeifFile) => T): T {
    return withLibheif((heif) => {
      const file = new HeifFile(heif, source);
      try {
        return work(file);
      } finally {
        file.#close();
      }
    });
  }

  #close(): void {
    this.#heif._heif_image_handle_release(this.handle);
    this.#heif._heif_context_free(this.#context);
    for (const pointer of this.#allocated) this.#heif._free(pointer);
  }

  #allocate(bytes: number): number {
    const pointer = this.#heif._malloc(bytes);
    if (pointer === 0) throw new HeifError('TOO_LARGE', 'there is not enough memory for it');
    this.#allocated.push(pointer);
    return pointer;
  }

  #u32(pointer: number): number {
    return this.#heif.HEAPU32[pointer >> 2] ?? 0;
  }

  #text(pointer: number): string {
    if (pointer === 0) return '';
    const end = this.#heif.HEAPU8.indexOf(0, pointer);
    return Buffer.from(this.#heif.HEAPU8.subarray(pointer, end)).toString('latin1');
  }

  #bytes(pointer: number, length: number): Uint8Array {
    return this.#heif.HEAPU8.slice(pointer, pointer + length);
  }

  #limit(): void {
    const { HEAPU32 } = this.#heif;
    const limits = this.#heif._heif_context_get_security_limits(this.#context);
    HEAPU32[(limits + LIMITS.tiles) >> 2] = MAX_TILES;
    HEAPU32[(limits + LIMITS.tiles + 4) >> 2] = 0;
    HEAPU32[(limits + LIMITS.profile) >> 2] = MAX_PROFILE;
  }

  /** libheif's messages may quote the file: a manifest does not contain them. */
  #check(damaged: string): void {
    const [code, detail] = [this.#u32(this.#error), this.#u32(this.#error + 4)];
    if (code === 0) return;
    if (detail === LIMITS_SUBERROR || code === ERROR.memoryAllocation) {
      throw new HeifError('TOO_LARGE', 'its structure exceeds the limits of libheif');
    }
    throw UNSUPPORTED.includes(code)
      ? new HeifError('UNSUPPORTED_FORMAT', 'it has a coding that libheif cannot decode')
      : new HeifError('CORRUPT_IMAGE', damaged);
  }

  get #hasAlpha(): boolean {
    return this.#heif._heif_image_handle_has_alpha_channel(this.handle) !== 0;
  }

  get #isGrey(): boolean {
    const heif = this.#heif;
    const chroma = this.#result + 4;
    heif._heif_image_handle_get_preferred_decoding_colorspace(
      this.#error,
      this.handle,
      this.#result,
      chroma,
    );
    return this.#u32(this.#error) === 0 && this.#u32(this.#result) === COLOUR_SPACE.monochrome;
  }

  get #bits(): number {
    return this.#heif._heif_image_handle_get_luma_bits_per_pixel(this.handle);
  }

  get #channels(): 1 | 2 | 3 | 4 {
    if (this.#isGrey) return this.#hasAlpha ? 2 : 1;
    return this.#hasAlpha ? 4 : 3;
  }

  /** @param codedBytes of the pictures that are decoded */
  header(bytes: number, codedBytes: number): DecoderHeader {
    const heif = this.#heif;
    const { handle } = this;
    const width = heif._heif_image_handle_get_width(handle);
    const height = heif._heif_image_handle_get_height(handle);
    const icc = this.#profile();
    const colours = icc ? undefined : this.#colours();
    const isDeep = this.#bits > 8;
    // A crop decodes the whole picture first.
    const coded =
      heif._heif_image_handle_get_ispe_width(handle) *
      heif._heif_image_handle_get_ispe_height(handle);
    const megapixels = Math.max(coded, width * height) / 1_000_000;
    return {
      ...{ width, height, channels: this.#channels, depth: isDeep ? 16 : 8 },
      ...(icc && { icc }),
      ...(colours && { colours }),
      ...this.#metadata(),
      cost: {
        cpuSeconds:
          SECONDS.fixed +
          (isDeep ? SECONDS.perDeepMegapixel : SECONDS.perMegapixel) * megapixels +
          (SECONDS.perMib * codedBytes) / MIB,
        memory:
          MEMORY.fixed +
          (2 * bytes) / MIB +
          ((isDeep ? MEMORY.perDeepMegapixel : MEMORY.perMegapixel) +
            (this.#hasAlpha ? MEMORY.perAlphaMegapixel : 0)) *
            megapixels,
      },
    };
  }

  #profile(): Uint8Array | undefined {
    const heif = this.#heif;
    const bytes = heif._heif_image_handle_get_raw_color_profile_size(this.handle);
    if (bytes === 0 || bytes > MAX_PROFILE) return undefined;
    const data = this.#allocate(bytes);
    heif._heif_image_handle_get_raw_color_profile(this.#error, this.handle, data);
    return this.#u32(this.#error) === 0 ? this.#bytes(data, bytes) : undefined;
  }

  #colours(): DecoderHeader['colours'] {
    const heif = this.#heif;
    heif._heif_image_handle_get_nclx_color_profile(this.#error, this.handle, this.#result);
    if (this.#u32(this.#error) !== 0) return undefined;
    const profile = this.#u32(this.#result);
    const primaries = this.#u32(profile + NCLX.primaries);
    const transfer = this.#u32(profile + NCLX.transfer);
    heif._heif_nclx_color_profile_free(profile);
    // Encoders write the camera curves carelessly: viewers display them like sRGB, as in AVIF.
    return { primaries, transfer: [1, 2, 6, 14, 15].includes(transfer) ? 13 : transfer };
  }

  #metadata(): Pick<DecoderHeader, 'exif' | 'xmp'> {
    const heif = this.#heif;
    const count = Math.min(
      16,
      heif._heif_image_handle_get_number_of_metadata_blocks(this.handle, 0),
    );
    const ids = this.#allocate(4 * Math.max(1, count));
    heif._heif_image_handle_get_list_of_metadata_block_IDs(this.handle, 0, ids, count);
    const found: { exif?: Uint8Array; xmp?: string } = {};
    for (let index = 0; index < count; index += 1) {
      const id = this.#u32(ids + 4 * index);
      const type = this.#text(heif._heif_image_handle_get_metadata_type(this.handle, id));
      const content = this.#text(
        heif._heif_image_handle_get_metadata_content_type(this.handle, id),
      );
      const isXmp = type === 'mime' && content === 'application/rdf+xml';
      if (!isXmp && type !== 'Exif') continue;
      const bytes = heif._heif_image_handle_get_metadata_size(this.handle, id);
      if (bytes === 0 || bytes > MAX_METADATA) continue;
      const data = this.#allocate(bytes);
      heif._heif_image_handle_get_metadata(this.#error, this.handle, id, data);
      if (this.#u32(this.#error) !== 0) continue;
      const block = this.#bytes(data, bytes);
      if (isXmp) found.xmp ??= Buffer.from(block).toString();
      // The offset of the TIFF structure comes first (ISO/IEC 23008-12, A.2.1).
      else found.exif ??= block.subarray(4 + Buffer.from(block).readUInt32BE(0));
    }
    return found;
  }

  pixels(): DecodedPixels {
    const heif = this.#heif;
    const isDeep = this.#bits > 8;
    const options = heif._heif_decoding_options_alloc();
    heif.HEAPU8[options + OPTIONS.strict] = 1;
    heif.HEAPU8[options + OPTIONS.keepColours] = 1;
    const chroma = this.#hasAlpha
      ? isDeep
        ? CHROMA.rgba16
        : CHROMA.rgba
      : isDeep
        ? CHROMA.rgb16
        : CHROMA.rgb;
    heif._heif_decode_image(
      this.#error,
      this.handle,
      this.#result,
      COLOUR_SPACE.rgb,
      chroma,
      options,
    );
    heif._heif_decoding_options_free(options);
    this.#check('its data is damaged or ends early');
    const image = this.#u32(this.#result);
    try {
      return this.#copy(image);
    } finally {
      heif._heif_image_release(image);
    }
  }

  /** The pixels of an image, without padding. */
  #copy(image: number): DecodedPixels {
    const heif = this.#heif;
    const width = heif._heif_image_get_width(image, INTERLEAVED);
    const height = heif._heif_image_get_height(image, INTERLEAVED);
    const plane = heif._heif_image_get_plane_readonly2(image, INTERLEAVED, this.#result);
    const stride = this.#u32(this.#result);
    const bits = this.#bits;
    const channels = this.#channels;
    const stored = this.#hasAlpha ? 4 : 3;
    const sample = bits > 8 ? 2 : 1;
    const row = (y: number) =>
      heif.HEAPU8.subarray(plane + y * stride, plane + y * stride + width * stored * sample);
    const samples = width * channels;
    const data = bits > 8 ? new Uint16Array(height * samples) : new Uint8Array(height * samples);
    const range = heif._heif_image_get_bits_per_pixel_range(image, INTERLEAVED);
    // From the range of the coding to all 16 bits.
    const levels = Uint16Array.from({ length: bits > 8 ? 2 ** range : 0 }, (_, value) =>
      Math.round((value * 65_535) / (2 ** range - 1)),
    );
    for (let y = 0; y < height; y += 1) {
      const line = row(y);
      if (sample === 1 && channels === stored) {
        data.set(line, y * samples);
        continue;
      }
      const words =
        sample === 1 ? line : new Uint16Array(line.buffer, line.byteOffset, width * stored);
      for (let x = 0; x < width; x += 1) {
        for (let channel = 0; channel < channels; channel += 1) {
          // Grey has its value three times.
          const from = channels < 3 && channel === 1 ? 3 : channel;
          const value = words[x * stored + from] ?? 0;
          data[y * samples + x * channels + channel] =
            sample === 1 ? value : (levels[value] ?? 65_535);
        }
      }
    }
    if (heif._heif_image_handle_is_premultiplied_alpha(this.handle) !== 0) {
      unpremultiply(data, channels);
    }
    return { width, height, channels, data };
  }
}

/** Divides the colours by alpha. */
function unpremultiply(data: Uint8Array | Uint16Array, channels: number): void {
  const most = data instanceof Uint16Array ? 65_535 : 255;
  for (let at = channels - 1; at < data.length; at += channels) {
    const alpha = data[at] ?? 0;
    if (alpha === 0) continue;
    for (let colour = at - channels + 1; colour < at; colour += 1) {
      data[colour] = Math.min(most, Math.round(((data[colour] ?? 0) * most) / alpha));
    }
  }
}

export function readHeader(source: Uint8Array, codedBytes: number): DecoderHeader {
  return HeifFile.open(source, (file) => file.header(source.length, codedBytes));
}

export function readPixels(source: Uint8Array): DecodedPixels {
  return HeifFile.open(source, (file) => file.pixels());
}
