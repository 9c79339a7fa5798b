import type { Scale, Shape } from '../define-transform.ts';
import type { StepBranch } from './step-tree.ts';

/** A scaling that several branches can start from. */
export interface SharedScale {
  readonly to: Scale;
  /** The branches, by their keys in the step tree. */
  readonly keys: ReadonlySet<string>;
  /** The variants beyond them. */
  readonly variants: readonly string[];
}

/** A reduction by any kernel but `nearest`, which shows every earlier resampling. */
function isReduction(scale: Scale | undefined, shape: Shape): scale is Scale {
  return (
    scale !== undefined &&
    scale.kernel !== 'nearest' &&
    scale.width <= shape.width &&
    scale.height <= shape.height
  );
}

function scaleOf({ bound }: StepBranch['step'], shape: Shape): Scale | undefined {
  try {
    return bound.scale(shape);
  } catch {
    // The planner meets the same error, and tells whose it is.
    return undefined;
  }
}

/**
 * The smallest picture that all branches which make the picture smaller can be made from: each of them directly, by
 * sizes of the picture as it is now, so that no rounding is compounded.
 */
export function sharedScale(
  branches: ReadonlyMap<string, StepBranch>,
  shape: Shape,
): SharedScale | undefined {
  const keys = new Set<string>();
  const variants: string[] = [];
  let to: Scale | undefined;
  for (const [key, { step, tree }] of branches) {
    const scale = scaleOf(step, shape);
    if (!isReduction(scale, shape)) continue;
    if (to && to.kernel !== scale.kernel) continue;
    keys.add(key);
    variants.push(...tree.variants);
    to = {
      kernel: scale.kernel,
      width: Math.max(to?.width ?? 0, scale.width),
      height: Math.max(to?.height ?? 0, scale.height),
      fastShrinkOnLoad: (to?.fastShrinkOnLoad ?? true) && scale.fastShrinkOnLoad,
    };
  }
  return to && keys.size > 1 ? { to, keys, variants } : undefined;
}
