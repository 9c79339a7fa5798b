import fc from 'fast-check';

/** Any key that S3 takes: 1 to 1,024 bytes (256 characters of up to 4) of any Unicode but surrogates. */
export const arbitraryKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 256 });
