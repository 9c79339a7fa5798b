import type { BoundTransform } from '../define-transform.ts';
import type { Step } from '../types.ts';

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

export interface StepBranch {
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
