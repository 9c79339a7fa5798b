import type * as z from 'zod';
import type { ReadingCost } from './cost/structure.ts';
import type { Display } from './display/display.ts';
import { SOURCE_FORMATS } from './image-engine.ts';

/** Colours by code points (ITU-T H.273), for files without an ICC profile. */
export interface ColourCodes {
  readonly primaries: number;
  readonly transfer: number;
}

/** Bits of a sample; 32: floating point. */
export type SampleDepth = 8 | 16 | 32;

/** What a decoder knows about a page before it decodes a pixel. */
export interface DecoderHeader {
  /** Pixels as `read` returns them: rotation, mirroring and cropping of the container are applied. */
  readonly width: number;
  readonly height: number;
  /** 1: grey, 2: grey and alpha, 3: RGB, 4: RGB and alpha. Alpha is not premultiplied. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Of the samples that `read` returns. */
  readonly depth: SampleDepth;
  /** Pages or frames of the file, at least 1. Default: 1. */
  readonly pages?: number;
  /** ICC profile of the pixels; it wins over `colours`. Default: sRGB. */
  readonly icc?: Uint8Array;
  readonly colours?: ColourCodes;
  /** EXIF orientation that is still to be applied, 1 to 8. Default: 1, the pixels are upright. */
  readonly orientation?: number;
  /** Pixels per inch. Default: unknown. */
  readonly density?: number;
  /** EXIF as a TIFF structure, without a prefix. The engine ignores its orientation. */
  readonly exif?: Uint8Array;
  /** XMP packet. */
  readonly xmp?: string;
  /**
   * What `read` costs: CPU seconds of the reference core (docs/performance.md), and MiB that it keeps, without the pixels
   * that it returns. Must not depend on the machine.
   */
  readonly cost: ReadingCost;
}

/** Pixels of a page, row by row, without padding. */
export interface DecodedPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** Without `values`, each sample uses the whole range: 0 to 255, or 0 to 65,535. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
  /** For samples that are measurements; required for floating point. Default: samples are levels of a picture. */
  readonly values?: SampleValues;
}

/** What samples mean. `window` and `stretch` show their values. */
export interface SampleValues {
  /** Value = `offset` + `scale` × sample. A sample that is NaN has no value. */
  readonly scale: number;
  readonly offset: number;
  /** Low values are bright. Default: false. */
  readonly inverted?: boolean;
  /** How the values are shown if a recipe does not say; default: the whole range of the samples. Required for floating point. */
  readonly display?: Display;
}

/** A page as a JPEG, PNG, WebP or TIFF file, for libvips to decode. Its pixels and its profile are those of the header. */
export interface DecodedFile {
  readonly file: Uint8Array;
}

/** What to read. */
export interface HeaderRequest<Options = unknown> {
  /** From 1. */
  readonly page: number;
  /** Of the recipe, with defaults; an empty object if the decoder has none. */
  readonly options: Options;
}

export interface ReadRequest<Options = unknown> extends HeaderRequest<Options> {
  /** Only if the decoder `scales`: the size to return, pixels, instead of the header's. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
}

/** Why a decoder rejects a file, as the `code` of an error. */
export type DecoderErrorCode = 'UNSUPPORTED_FORMAT' | 'CORRUPT_IMAGE' | 'TOO_LARGE';

/** The first bytes of an upload that `detect` looks at. */
export const DETECTED_BYTES = 4096;

/** Adds formats of uploads. Off until a recipe's `formats` names one of them. */
export interface Decoder<
  Format extends string = string,
  Name extends string = string,
  Options extends z.ZodType = z.ZodType,
> {
  /** Name of the library; lower-case letters, digits and inner hyphens. */
  readonly name: Name;
  /** Increase it when the same file yields other pixels; part of the hash of the recipes that allow its formats. */
  readonly version: number;
  /** A map, every member with a default. Recipes give it as `decoders: { NAME: … }`. Default: the decoder has no options. */
  readonly options?: Options;
  /** `read` returns any size that it is asked for, as sharp as a page of that size can be. For drawings. Default: false. */
  readonly scales?: boolean;
  /** Names in recipes and manifests. */
  readonly formats: readonly [Format, ...Format[]];
  /**
   * The format of a file by its first bytes, at most `DETECTED_BYTES`. Pure, and fast for any bytes. The engine asks only
   * about files of other formats than its own.
   */
  readonly detect: (start: Uint8Array) => Format | undefined;
  /**
   * Reads the header of a page, without decoding. Any bytes may come.
   * @throws an error whose `code` is a `DecoderErrorCode`: manifests contain its message, which must depend only on the file.
   * Any other error is a damaged file, and only logs contain its message.
   */
  header(source: Uint8Array, request: HeaderRequest<z.output<Options>>): Promise<DecoderHeader>;
  /**
   * Decodes a page. The engine rejects pixels that differ from the header.
   * @throws as `header`
   */
  read(
    source: Uint8Array,
    request: ReadRequest<z.output<Options>>,
  ): Promise<DecodedPixels | DecodedFile>;
}

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * Defines a decoder. The function's start loads the module that calls this: import libraries and WebAssembly inside
 * `header` and `read`, with `import()`, from modules that import nothing of Darkroom at run time.
 * @throws Error if a name or the version is not valid
 */
export function defineDecoder<
  const Format extends string,
  const Name extends string,
  Options extends z.ZodType = z.ZodType,
>(decoder: Decoder<Format, Name, Options>): Decoder<Format, Name, Options> {
  const { name, version, formats } = decoder;
  const wrong = [name, ...formats].find((one) => !NAME.test(one));
  if (wrong !== undefined) {
    throw new Error(
      `decoder ${JSON.stringify(name)}: ${JSON.stringify(wrong)} must be lower-case letters, digits and inner hyphens`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new Error(`decoder ${name}: version must be a whole number from 1, got ${version}`);
  }
  return Object.freeze({ ...decoder });
}

/**
 * Checks a literal list of decoders.
 * @throws Error if two have the same name or the same format, or one has a built-in format
 */
export function listDecoders<const T extends readonly Decoder[]>(decoders: T): T {
  const names = decoders.map(({ name }) => name);
  const formats = [...SOURCE_FORMATS, ...decoders.flatMap((decoder) => decoder.formats)];
  for (const [kind, list] of [
    ['name', names],
    ['format', formats],
  ] as const) {
    const twice = list.find((one, index) => list.indexOf(one) !== index);
    if (twice !== undefined) {
      throw new Error(`the ${kind} ${JSON.stringify(twice)} of a decoder is already taken`);
    }
  }
  return decoders;
}
