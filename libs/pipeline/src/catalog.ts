import { dhash } from '@darkroom/transform-dhash';
import { duotone } from '@darkroom/transform-duotone';
import { pixelate } from '@darkroom/transform-pixelate';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';

/** `watermark` reads a side file, and the function has none to offer yet: refused at preview, not at the first upload. */
const ready = builtinTransforms.filter(({ name }) => name !== 'watermark');

/**
 * Every transform that a recipe may name, for the function and for the Pulumi program alike. A plugin is one line here;
 * nothing is scanned, and a name that occurs twice is refused.
 */
export const catalog = createCatalog([...ready, pixelate, duotone, dhash]);
