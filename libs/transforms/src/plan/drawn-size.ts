import type { Scale, Shape } from '../bound-transform.ts';
import type { Size, SourceFacts } from '../image-engine.ts';
import type { BoundVariant } from './step-tree.ts';

/** The scaling that a variant begins with. */
function firstScale({ steps }: BoundVariant, shape: Shape): Scale | undefined {
  const context = { fromUpload: true, used: new Set<never>() };
  const first = steps.find(
    ({ bound }) => bound.kind !== 'setting' && bound.slots(shape, context)?.length !== 0,
  );
  return first?.bound.scale(shape);
}

/**
 * The size at which a drawing is decoded, the largest that its variants scale to: they are as sharp as they can be, and no
 * more is drawn than they need.
 *
 * @param shape of the upload before its first step
 * @returns nothing for pictures, and if a variant begins with anything but a scaling, which counts in pixels of the upload
 */
export function drawnSize(
  variants: readonly BoundVariant[],
  { structure, orientation, coding }: SourceFacts,
  shape: Shape,
): Size | undefined {
  if (structure?.format !== 'decoded' || !structure.scales) return undefined;
  if (orientation !== 1 || coding?.correctedFrom) return undefined;
  let [width, height] = [0, 0];
  for (const variant of variants) {
    let scale: Scale | undefined;
    try {
      scale = firstScale(variant, shape);
    } catch {
      // The planner gets the same error, and leaves the variant out.
      continue;
    }
    if (!scale || scale.kernel === 'nearest') return undefined;
    width = Math.max(width, scale.width);
    height = Math.max(height, scale.height);
  }
  const isOwn = width === shape.width && height === shape.height;
  return width === 0 || isOwn ? undefined : { width, height };
}
