import { DRAWINGS } from './svg-files.ts';
import type { HostileUpload } from './hostile-upload.ts';
import { LIES } from './mismatched-files.ts';
import { MARKERS } from './broken-jpeg-segments.ts';
import { POLYGLOTS } from './polyglots.ts';
import { SIZES } from './declared-sizes.ts';
import { TAGS } from './metadata.ts';

/** All hostile uploads, including those that the fuzzer found. Names are unique. */
export const CORPUS: readonly HostileUpload[] = [
  ...SIZES,
  ...MARKERS,
  ...POLYGLOTS,
  ...DRAWINGS,
  ...TAGS,
  ...LIES,
];
