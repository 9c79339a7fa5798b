import { DRAWINGS } from './drawings.ts';
import type { HostileItem } from './item.ts';
import { LIES } from './lies.ts';
import { MARKERS } from './markers.ts';
import { POLYGLOTS } from './polyglots.ts';
import { SIZES } from './sizes.ts';
import { TAGS } from './tags.ts';

/** Every hostile upload that we have thought of, and those that the fuzzer found. Names differ. */
export const CORPUS: readonly HostileItem[] = [
  ...SIZES,
  ...MARKERS,
  ...POLYGLOTS,
  ...DRAWINGS,
  ...TAGS,
  ...LIES,
];
