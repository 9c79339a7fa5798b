import type { Shape } from '../bound-transform.ts';
import type { SkippedVariant } from '../image-engine.ts';
import { ImageError, stepError } from '../image-error.ts';
import { storedShape } from '../orientation.ts';
import { decodeMode } from './decode-mode.ts';
import { bindVariant, endingOf, type PlanInput } from './make-plan.ts';
import { checkFormatLimits } from './candidates.ts';
import { skippedVariant } from './planner.ts';
import type { Operation, RenderPlan, Stage, Unmeasured } from './render-plan.ts';
import type { BoundStep } from './step-tree.ts';
import { variantSettings } from './variant-settings.ts';

/**
 * The declared order without any optimisation: every variant decodes the whole upload, and every step has its own pipeline
 * from raw pixels to raw pixels. Tests compare `makePlan` with it.
 */
export function referencePlan({ recipe, facts, variants, effort, bind }: PlanInput): RenderPlan {
  const stages: Stage[] = [];
  const unmeasured = new Set<Unmeasured>();
  const skipped: SkippedVariant[] = [];
  const plan = () => ({ stages: [...stages], unmeasured: [...unmeasured], skipped: [...skipped] });

  for (const variant of variants) {
    const settings = variantSettings(variant, facts, effort);
    const mode = decodeMode(facts, settings);
    const bound = bindVariant(variant, settings, { bind, facts });

    const materialise = (
      input: Stage['input'],
      operations: readonly Operation[],
      shape: Shape,
    ): number => {
      const id = stages.length;
      const barrier = 'every step on its own';
      stages.push({ kind: 'pixels', id, input, mode, operations, shape, barrier });
      return id;
    };
    const addSteps = (input: number, shape: Shape, rest: readonly BoundStep[]): void => {
      const [first, ...later] = rest;
      if (!first) {
        const ending = endingOf(variant, settings, { bound, facts });
        const stage = { id: stages.length, input, mode, operations: [], shape, ...ending };
        const tooLarge = stage.kind === 'file' ? checkFormatLimits(stage, recipe) : undefined;
        if (tooLarge) skipped.push(skippedVariant(variant.name, tooLarge));
        else stages.push(stage);
      } else if (first.bound.kind === 'setting') addSteps(input, shape, later);
      else {
        const operation = alone(first, variant.name, shape, recipe);
        if (operation instanceof ImageError) {
          skipped.push(skippedVariant(variant.name, operation));
          return;
        }
        const { output, measured } = operation;
        const stage = materialise(input, [operation], output);
        if (!measured) return addSteps(stage, output, later);
        const part: Unmeasured = {
          stage,
          variants: [variant.name],
          files: [endingOf(variant, settings, { bound, facts })],
          complete(size) {
            unmeasured.delete(part);
            addSteps(stage, { ...output, ...size }, later);
            return plan();
          },
        };
        unmeasured.add(part);
      }
    };
    addSteps(materialise('upload', [], storedShape(facts)), storedShape(facts), bound.steps);
  }
  return plan();
}

function alone(
  { transform, options, bound, step }: BoundStep,
  variant: string,
  input: Shape,
  recipe: string,
): Operation | ImageError {
  if (bound.kind === 'setting' || bound.kind === 'join')
    throw new Error(`${transform} changes no pixels`);
  const slots = bound.slots(input, { fromUpload: false, used: new Set() });
  const { measured = false } = bound;
  try {
    const output = bound.after(input);
    const operation = {
      ...{ transform, options, bound, variants: [variant], step },
      ...{ input, output, measured },
    };
    return slots ? { ...operation, slots } : operation;
  } catch (cause) {
    return stepError({ recipe, variant, step, transform }, cause);
  }
}
