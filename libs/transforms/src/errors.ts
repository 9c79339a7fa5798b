export type ImageErrorCode =
  | 'UNSUPPORTED_FORMAT'
  | 'CORRUPT_IMAGE'
  | 'TOO_LARGE'
  | 'TRANSFORM_FAILED'
  | 'TIMEOUT'
  // A side file could not be read now, and may be later.
  | 'THROTTLED'
  | 'STORAGE_UNAVAILABLE';

/** Where in a recipe an error happened; the engine fills it in, in one place. */
export interface ErrorPlace {
  readonly recipe: string;
  readonly variant?: string;
  /** Index into the variant's steps, from 0. */
  readonly step?: number;
  readonly transform?: string;
}

/** An image could not be read or made. Match by `code`: a bundle may hold this class twice. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  readonly place?: ErrorPlace;

  constructor(
    code: ImageErrorCode,
    message: string,
    options: { cause?: unknown; place?: ErrorPlace } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.place) this.place = options.place;
  }
}
