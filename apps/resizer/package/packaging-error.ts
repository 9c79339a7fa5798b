export type PackagingErrorCode =
  /** What the lockfile says is not enough to install from. */
  | 'LOCKFILE_INVALID'
  /** npm could not install what the lockfile names, or it was not what the lockfile names. */
  | 'INSTALL_FAILED'
  /** Something that has to be in the package is not where it should come from. */
  | 'INCOMPLETE'
  /** The licence of something in the package is not known. */
  | 'LICENCE_UNKNOWN';

/** The function's package could not be made; the message is for the person who asked for it. */
export class PackagingError extends Error {
  override readonly name = 'PackagingError';
  readonly code: PackagingErrorCode;

  constructor(code: PackagingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
