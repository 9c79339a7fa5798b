import { isNativeError } from 'node:util/types';

export type ImageErrorCode =
  | 'UNSUPPORTED_FORMAT'
  | 'CORRUPT_IMAGE'
  | 'TOO_LARGE'
  | 'TRANSFORM_FAILED'
  | 'TIMEOUT'
  // A side file could not be read; a retry may succeed.
  | 'THROTTLED'
  | 'STORAGE_UNAVAILABLE';

/** The part of a recipe that an error belongs to. */
export interface ErrorLocation {
  readonly recipe: string;
  readonly variant?: string;
  /** Index into the variant's steps, from 0. */
  readonly step?: number;
  readonly transform?: string;
}

/** An image could not be read or rendered. Match by `code`: a bundle may contain this class twice. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  readonly place?: ErrorLocation;

  constructor(
    code: ImageErrorCode,
    message: string,
    options: { cause?: unknown; place?: ErrorLocation } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.place) this.place = options.place;
  }
}

/** Maximum length of a reason, characters: manifests and logs contain it. */
const MAX_REASON = 500;

/** The message of an error. Plugins may throw any value. */
export function reasonOf(cause: unknown): string {
  const said = isNativeError(cause) ? cause.message : cause;
  const text = typeof said === 'string' ? said : '';
  // libvips reports one problem per line; the first line is the cause.
  const reason = text.trimStart().split('\n', 1)[0]?.trim() || 'no reason given';
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON).toWellFormed()}…` : reason;
}

/**
 * Error for a step that failed on a valid picture: `TRANSFORM_FAILED` with its location, or the storage error's code if
 * the step could not read a side file.
 */
export function stepError(place: Required<ErrorLocation>, cause: unknown): ImageError {
  return errorAt(storageCodeOf(cause) ?? 'TRANSFORM_FAILED', place, cause);
}

function storageCodeOf(cause: unknown): ImageErrorCode | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  const { code } = cause;
  return code === 'THROTTLED' || code === 'STORAGE_UNAVAILABLE' || code === 'TIMEOUT'
    ? code
    : undefined;
}

/** Error for a step that exceeded its time limit: `TIMEOUT` with its location. */
export function stepTimedOut(place: Required<ErrorLocation>, cause: unknown): ImageError {
  return errorAt('TIMEOUT', place, cause);
}

/** sharp says so of damaged bytes and of formats whose loader is blocked (engine/sharp-setup.ts). */
const UNKNOWN_TO_SHARP = /unsupported image format/;
const WHAT_STEPS_OPEN = 'a step can open JPEG, PNG, WebP, AVIF, GIF and TIFF; SVG is blocked';

function errorAt(code: ImageErrorCode, place: Required<ErrorLocation>, cause: unknown): ImageError {
  const { recipe, variant, step, transform } = place;
  const reason = reasonOf(cause);
  const hint = UNKNOWN_TO_SHARP.test(reason) ? ` (${WHAT_STEPS_OPEN})` : '';
  return new ImageError(
    code,
    `recipe ${recipe}, variant ${variant}, step ${step} (${transform}): ${reason}${hint}`,
    { cause, place },
  );
}
