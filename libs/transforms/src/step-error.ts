import { ImageError, type ErrorPlace } from './errors.ts';

/** What an error says of itself. */
export function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  // libvips reports one problem per line, the first one is the cause.
  return text.split('\n')[0]?.trim() || 'no reason given';
}

/** A step failed on a valid picture: `TRANSFORM_FAILED` with its place. */
export function stepError(place: Required<ErrorPlace>, cause: unknown): ImageError {
  const { recipe, variant, step, transform } = place;
  return new ImageError(
    'TRANSFORM_FAILED',
    `recipe ${recipe}, variant ${variant}, step ${step} (${transform}): ${reasonOf(cause)}`,
    { cause, place },
  );
}
