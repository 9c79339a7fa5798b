import { isNativeError } from 'node:util/types';

export type ImageErrorCode =
  | 'UNSUPPORTED_FORMAT'
  | 'CORRUPT_IMAGE'
  | 'TOO_LARGE'
  | 'TRANSFORM_FAILED'
  | 'NOT_APPLICABLE'
  | 'TIMEOUT'
  // A side file could not be read; a retry may succeed.
  | 'THROTTLED'
  | 'STORAGE_UNAVAILABLE';

/** Why a variant is skipped. */
export type SkipCode = 'TOO_LARGE' | 'NOT_APPLICABLE';

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

/**
 * A step cannot do what its options ask for to this picture, although both are valid: a crop outside of a small picture,
 * for example. The variant is skipped, and no operator is alerted. Every other error that a step throws is
 * `TRANSFORM_FAILED`. Match by `code`.
 */
export class NotApplicableError extends Error {
  override readonly name = 'NotApplicableError';
  readonly code = 'NOT_APPLICABLE';
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

/** Codes that a step's own error may have. */
const STEP_CODES: readonly unknown[] = [
  'NOT_APPLICABLE',
  // The step could not read a side file.
  'THROTTLED',
  'STORAGE_UNAVAILABLE',
  'TIMEOUT',
] satisfies readonly ImageErrorCode[];

/** Error for a step that failed on a valid picture, with its location: `TRANSFORM_FAILED`, or one of `STEP_CODES`. */
export function stepError(place: Required<ErrorLocation>, cause: unknown): ImageError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
  const isKnown = STEP_CODES.includes(code);
  return errorAt(isKnown ? (code as ImageErrorCode) : 'TRANSFORM_FAILED', place, cause);
}

/** Whether only some variants of an upload cannot be made, for reasons that the upload and the recipe decide. */
export function isImpossible(error: unknown): error is ImageError & { code: SkipCode } {
  return (
    error instanceof ImageError && (error.code === 'NOT_APPLICABLE' || error.code === 'TOO_LARGE')
  );
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
