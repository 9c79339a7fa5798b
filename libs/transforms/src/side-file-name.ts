import * as z from 'zod';

/** Prefix of keys in the source bucket. Names without it are files in the function's package. */
const BUCKET = 's3:';
const MAX_NAME = 512;

/**
 * Folders and a file name of letters, digits and `. _ -`. The pattern excludes paths out of the folder of side files and
 * wildcards in policies.
 */
const NAME =
  /^(?:s3:)?(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/;

/** Name of a side file, such as a logo, in the options of a transform. */
export const sideFileSchema = z.string().max(MAX_NAME).regex(NAME, {
  error:
    'expected the name of a file in the folder of side files (logo.png), or s3: and a key of the source bucket (s3:brand/logo.png), of letters, digits, and . _ - between slashes',
});

export interface SideFileName {
  /** `bundle`: the function's package; `bucket`: the source bucket. */
  readonly from: 'bundle' | 'bucket';
  /** Path below the folder of side files, or the key. */
  readonly path: string;
}

/** @param name valid for `sideFileSchema` */
export function readSideFileName(name: string): SideFileName {
  return name.startsWith(BUCKET)
    ? { from: 'bucket', path: name.slice(BUCKET.length) }
    : { from: 'bundle', path: name };
}
