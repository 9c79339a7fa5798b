import { binarise } from './binarise.ts';
import { blur } from './blur.ts';
import { colourmap } from './colourmap.ts';
import { colourspace } from './colourspace.ts';
import { crop } from './crop.ts';
import { deskew } from './deskew.ts';
import { encode } from './encode.ts';
import { extend } from './extend.ts';
import { flatten } from './flatten.ts';
import { flip } from './flip.ts';
import { flop } from './flop.ts';
import { gamma } from './gamma.ts';
import { grayscale } from './grayscale.ts';
import { levels } from './levels.ts';
import { mask } from './mask.ts';
import { median } from './median.ts';
import { metadata } from './metadata.ts';
import { modulate } from './modulate.ts';
import { montage } from './montage.ts';
import { negate } from './negate.ts';
import { normalise } from './normalise.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';
import { sharpen } from './sharpen.ts';
import { stretch } from './stretch.ts';
import { tint } from './tint.ts';
import { trim } from './trim.ts';
import { watermark } from './watermark.ts';
import { window } from './window.ts';

/** Every built-in transform, in the order of the documentation. */
export const builtinTransforms = [
  window,
  stretch,
  rotate,
  resize,
  crop,
  trim,
  deskew,
  extend,
  flip,
  flop,
  blur,
  sharpen,
  median,
  modulate,
  grayscale,
  tint,
  colourmap,
  normalise,
  gamma,
  levels,
  binarise,
  negate,
  flatten,
  mask,
  watermark,
  montage,
  colourspace,
  metadata,
  encode,
] as const;
