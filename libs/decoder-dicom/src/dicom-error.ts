/**
 * Why a file is rejected. Manifests, events and logs contain the message: it has numbers of the pixels' layout at most, never
 * the text of an attribute.
 */
export class DicomError extends Error {
  override readonly name = 'DicomError';
  readonly code: 'CORRUPT_IMAGE' | 'UNSUPPORTED_FORMAT' | 'TOO_LARGE';

  constructor(code: DicomError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws DicomError without the error of a library, whose message may contain an attribute */
export async function withoutForeignErrors<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof DicomError
      ? cause
      : new DicomError('CORRUPT_IMAGE', 'its pixel data is damaged');
  }
}
