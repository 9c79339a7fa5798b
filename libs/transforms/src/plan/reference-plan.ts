import { decodeMode } from './decode-mode.ts';
import { bindVariant, endingOf, storedShape, type PlanInput } from './plan.ts';
import type { Plan, Stage } from './types.ts';
import { variantSettings } from './variant-settings.ts';

/**
 * What the declared order means, without any cleverness: every variant decodes the whole upload, and every step has a
 * pipeline of its own from raw pixels to raw pixels. Tests hold `makePlan` against it.
 */
export function referencePlan({ facts, variants, bind }: PlanInput): Plan {
  const stages: Stage[] = [];
  for (const variant of variants) {
    const settings = variantSettings(variant, facts);
    const mode = decodeMode(facts, settings);
    let shape = storedShape(facts);
    const lay = (operations: Stage['operations'], barrier: string) => {
      const input = operations.length === 0 ? 'upload' : stages.length - 1;
      stages.push({ kind: 'pixels', id: stages.length, input, mode, operations, shape, barrier });
    };
    lay([], 'decoded');
    for (const { transform, bound, step } of bindVariant(variant, settings, bind).steps) {
      if (bound.kind === 'setting') continue;
      const input = shape;
      shape = bound.after(input);
      const variantNames = [variant.name];
      const slots = bound.slots(input, { fromUpload: false, used: new Set() });
      const operation = { transform, bound, variants: variantNames, step, input, output: shape };
      lay([slots ? { ...operation, slots } : operation], 'every step on its own');
    }
    const id = stages.length;
    const ending = endingOf(variant, settings);
    stages.push({ id, input: id - 1, mode, operations: [], shape, ...ending });
  }
  return { stages };
}
