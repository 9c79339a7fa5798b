import { resize } from '../builtin/resize.ts';
import type { Resolution, SourceFacts } from '../image-engine.ts';
import { swapsSides } from '../orientation.ts';
import type { BoundStep } from './step-tree.ts';

/**
 * Pixels that are less oblong stay as they are: the usual faxes have 204×196 of them in an inch, and resampling would blur
 * text more than it corrects shapes.
 */
const LEAST = 1.1;
/** No fax or scanner has more oblong pixels. */
const MOST = 8;

/** How many times as high as wide a pixel is, as stored; 1 if it shows as a square. */
function heightOfPixel({ format, resolution, orientation }: SourceFacts): number {
  // Browsers and viewers show the pixels of other formats as squares, whatever the file says.
  if (format !== 'tiff' || !resolution) return 1;
  const { x, y } = resolution;
  const ratio = swapsSides(orientation) ? y / x : x / y;
  const oblong = Math.max(ratio, 1 / ratio);
  return oblong >= LEAST && oblong <= MOST ? ratio : 1;
}

/** Pixels per inch of the picture that steps see, if they are the same in both directions. */
export function densityOf(facts: SourceFacts): number | undefined {
  const { resolution } = facts;
  if (!resolution) return undefined;
  const { x, y } = resolution;
  if (heightOfPixel(facts) !== 1) return Math.max(x, y);
  return Math.max(x, y) < LEAST * Math.min(x, y) ? x : undefined;
}

/** Pixels per inch of the upright picture before any step, in both directions. */
export function storedResolution(facts: SourceFacts): Resolution | undefined {
  const { resolution } = facts;
  if (facts.format === 'tiff' && resolution) {
    const { x, y } = resolution;
    if (Math.max(x / y, y / x) <= MOST) return resolution;
  }
  const density = densityOf(facts);
  return density === undefined ? undefined : { x: density, y: density };
}

/**
 * Scales a picture whose pixels are not square, such as a fax of 204×98 dpi, before any step: it keeps all pixels of the
 * side with the higher resolution.
 */
export function squarePixels(facts: SourceFacts): readonly BoundStep[] {
  const ratio = heightOfPixel(facts);
  if (ratio === 1) return [];
  const isSwapped = swapsSides(facts.orientation);
  const [width, height] = isSwapped ? [facts.height, facts.width] : [facts.width, facts.height];
  const options = resize.options.parse({
    width: Math.round(ratio > 1 ? width : width / ratio),
    height: Math.round(ratio > 1 ? height * ratio : height),
    fit: 'fill',
  });
  return [{ transform: 'scale', options, step: 0, bound: resize.bind(options) }];
}
