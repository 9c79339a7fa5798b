import { dhash } from '@darkroom/transform-dhash';
import { duotone } from '@darkroom/transform-duotone';
import { pixelate } from '@darkroom/transform-pixelate';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';

/**
 * Every transform that a recipe may name, for the function and for the Pulumi program alike. A plugin is one line here;
 * nothing is scanned, and a name that occurs twice is refused.
 */
export const catalog = createCatalog([...builtinTransforms, pixelate, duotone, dhash]);
