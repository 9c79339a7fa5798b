import type { BoundTransform, Scale, Shape } from '../bound-transform.ts';
import type { Size, Step } from '../image-engine.ts';

/** A step with its index. */
export interface BoundStep extends Step {
  readonly bound: BoundTransform;
  /** Index into the variant's steps, from 0. */
  readonly step: number;
}

export interface BoundVariant {
  readonly name: string;
  readonly steps: readonly BoundStep[];
  /** It has the data of the upload (`isStoredPage`). */
  readonly stored?: true;
}

interface StepBranch {
  readonly step: BoundStep;
  readonly tree: StepTree;
}

/** Variants with common leading steps, as a tree. */
export interface StepTree {
  /** Names of the variants below this node. */
  readonly variants: string[];
  /** Variants that have no further step. */
  readonly ends: string[];
  readonly branches: Map<string, StepBranch>;
}

const emptyTree = (): StepTree => ({ variants: [], ends: [], branches: new Map() });

/** Builds the tree of the variants' steps. Settings do not change pixels and are left out. */
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

/** A reduction with any kernel except `nearest`, which would show an earlier resampling. */
export function isReduction(scale: Scale | undefined, { width, height }: Size): scale is Scale {
  return (
    scale !== undefined &&
    scale.kernel !== 'nearest' &&
    scale.width <= width &&
    scale.height <= height
  );
}

function scaleOf({ bound }: StepBranch['step'], shape: Shape): Scale | undefined {
  try {
    return bound.scale(shape);
  } catch {
    // The planner gets the same error and reports it with its step.
    return undefined;
  }
}

/**
 * The smallest picture from which all reducing branches can be made. Each branch uses sizes of the current picture, which
 * prevents accumulated rounding.
 */
export function sharedScale(
  branches: ReadonlyMap<string, StepBranch>,
  { shape, actual }: { readonly shape: Shape; readonly actual: Size },
): SharedScale | undefined {
  const keys = new Set<string>();
  const variants: string[] = [];
  let to: Scale | undefined;
  for (const [key, { step, tree }] of branches) {
    const scale = scaleOf(step, shape);
    if (!isReduction(scale, actual)) continue;
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
