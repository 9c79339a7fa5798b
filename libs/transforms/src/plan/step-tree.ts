import type { BoundTransform, Scale, Shape } from '../bound-transform.ts';
import type { Step } from '../image-engine.ts';

/** A step with its place. */
export interface BoundStep extends Step {
  readonly bound: BoundTransform;
  /** Index into the variant's steps, from 0. */
  readonly step: number;
}

export interface BoundVariant {
  readonly name: string;
  readonly steps: readonly BoundStep[];
}

interface StepBranch {
  readonly step: BoundStep;
  readonly tree: StepTree;
}

/** Variants that agree in their first steps, up to where they part. */
export interface StepTree {
  /** Names of the variants that come through here. */
  readonly variants: string[];
  /** Variants that have no further step. */
  readonly ends: string[];
  readonly branches: Map<string, StepBranch>;
}

const emptyTree = (): StepTree => ({ variants: [], ends: [], branches: new Map() });

/** Grows the tree of the variants' steps that change pixels; settings do not, and are left out. */
export function stepTree(variants: readonly BoundVariant[]): StepTree {
  const root = emptyTree();
  for (const { name, steps } of variants) {
    let node = root;
    node.variants.push(name);
    for (const step of steps) {
      if (step.bound.kind === 'setting') continue;
      // Options are plain JSON in the schema's own order of keys, so equal steps have equal text.
      const key = `${step.transform} ${JSON.stringify(step.options)}`;
      const branch = node.branches.get(key) ?? { step, tree: emptyTree() };
      node.branches.set(key, branch);
      node = branch.tree;
      node.variants.push(name);
    }
    node.ends.push(name);
  }
  return root;
}

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
