import type { Sharp } from 'sharp';
import type { EncodeOptions } from '../../builtin/encode.ts';
import { setEncoder } from '../../builtin/encoders/encodings.ts';
import type { Playback } from '../../builtin/encoders/shared-options.ts';
import type { OutputFormat } from '../../image-engine.ts';

/** A rendered picture that can be encoded several times. */
export interface Encodable {
  /** Opens the pixels with the file's metadata set. */
  open(): Sharp;
  /** Pixels; one page of an animation. */
  readonly longerSide: number;
  /** Only for animations. */
  readonly playback?: Playback;
  /** Pixels per inch that the file states. */
  readonly density?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An encoded file. */
export interface EncodedFile {
  readonly format: OutputFormat;
  readonly bytes: Buffer;
  /** Pixels; one page of an animation. */
  readonly width: number;
  readonly height: number;
  /** Only of a document. */
  readonly pages?: number;
}

/** Encodes once, at a quality from 1 to 100. */
export async function encodeOnce(
  picture: Encodable,
  options: EncodeOptions,
  quality: number,
): Promise<EncodedFile> {
  picture.signal?.throwIfAborted();
  const image = setEncoder(picture.open(), options, {
    ...{ quality, density: picture.density },
    ...picture.playback,
  });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return {
    format: options.format,
    bytes: data,
    width: info.width,
    height: info.pageHeight ?? info.height,
  };
}
