import type { SourceFacts } from '../image-engine.ts';
import { storedShape } from '../orientation.ts';
import type { BoundStep } from './step-tree.ts';
import type { VariantSettings } from './variant-settings.ts';

/** Whether the steps leave the pixels as the file stores them, but for making them upright. */
function keepPixels(steps: readonly BoundStep[], facts: SourceFacts): boolean {
  let shape = storedShape(facts);
  return steps.every(({ bound }) => {
    if (bound.kind === 'setting') return true;
    const before = shape;
    const slots = bound.slots(before, { fromUpload: true, used: new Set() });
    const scale = bound.scale(before);
    shape = bound.after(before);
    if (slots?.every((slot) => slot === 'autoOrient')) return true;
    return [scale, shape].every(
      (size) => size?.width === before.width && size.height === before.height,
    );
  });
}

/**
 * Whether a PDF can contain a page's data as the upload stores it: a JPEG, or a scan in black and white, that the steps do
 * not change. The page of a PDF may be rotated, and its pixels need not be square.
 */
export function isStoredPage(
  { encodings, colourspace, display }: VariantSettings,
  steps: readonly BoundStep[],
  facts: SourceFacts,
): boolean {
  const { format, structure } = facts;
  const isPdf = encodings.every((encoding) => encoding.format === 'pdf');
  const isFax = structure?.format === 'tiff' && structure.depth === 1 && structure.samples === 1;
  if (!isPdf || !(format === 'jpeg' || isFax) || colourspace === 'p3' || display) return false;
  try {
    return keepPixels(steps, facts);
  } catch {
    // The planner gets the same error and reports it with its step.
    return false;
  }
}
