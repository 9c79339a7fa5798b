import { ImageError, type ErrorPlace, type ImageErrorCode } from './errors.ts';

/** What an error says of itself; a plugin may throw anything. */
export function reasonOf(cause: unknown): string {
  const isSayable = cause instanceof Error || typeof cause === 'string';
  const text = isSayable ? String(cause instanceof Error ? cause.message : cause) : '';
  // libvips reports one problem per line, the first one is the cause.
  return text.split('\n')[0]?.trim() || 'no reason given';
}

/** A step failed on a valid picture: `TRANSFORM_FAILED` with its place. */
export function stepError(place: Required<ErrorPlace>, cause: unknown): ImageError {
  return errorAt('TRANSFORM_FAILED', place, cause);
}

/** A step was not done in time: `TIMEOUT` with its place. */
export function stepTimedOut(place: Required<ErrorPlace>, cause: unknown): ImageError {
  return errorAt('TIMEOUT', place, cause);
}

function errorAt(code: ImageErrorCode, place: Required<ErrorPlace>, cause: unknown): ImageError {
  const { recipe, variant, step, transform } = place;
  return new ImageError(
    code,
    `recipe ${recipe}, variant ${variant}, step ${step} (${transform}): ${reasonOf(cause)}`,
    { cause, place },
  );
}
