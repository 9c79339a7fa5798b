import { colourspace } from './colourspace.ts';
import { encode } from './encode.ts';
import { metadata } from './metadata.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';

/** Every built-in transform, in the order of the documentation. */
export const builtinTransforms = [rotate, resize, encode, metadata, colourspace] as const;
