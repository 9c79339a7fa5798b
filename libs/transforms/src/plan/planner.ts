import type { Action, Scale, Shape } from '../bound-transform.ts';
import type { Size, SkippedVariant, SourceFacts } from '../image-engine.ts';
import { type ImageError, isImpossible, stepError } from '../image-error.ts';
import { checkFormatLimits } from './candidates.ts';
import { canConvertLast, sourcePixels } from './decode-mode.ts';
import { convertsLast, type OpenStage, withOperation, withStep } from './open-stage.ts';
import type {
  DecodeMode,
  FileStage,
  PixelStage,
  RenderPlan,
  Stage,
  Unmeasured,
} from './render-plan.ts';
import { densityOf } from './square-pixels.ts';
import type { VariantSettings } from './variant-settings.ts';
import { losesShrinkOnLoad, worksInAnyColours } from '../sharp-order.ts';
import {
  type BoundStep,
  isReduction,
  sharedScale,
  type SharedScale,
  type StepTree,
} from './step-tree.ts';

/** The end of a variant: its stage without input and operations. */
export type Ending =
  | Pick<FileStage, 'kind' | 'variant' | 'settings' | 'stored' | 'declared' | 'fit'>
  | { readonly kind: 'placeholder' };

/** Walks a step tree and creates as few stages as the declared order and sharing allow. */
export class Planner {
  readonly #stages: Stage[] = [];
  readonly #unmeasured = new Set<Unmeasured>();
  readonly #skipped: SkippedVariant[] = [];
  readonly #endings: ReadonlyMap<string, Ending>;
  readonly #recipe: string;
  readonly #drawn: Size | undefined;

  /** @param drawn the size at which the upload is decoded, if it is not its own */
  constructor(recipe: string, endings: ReadonlyMap<string, Ending>, drawn?: Size) {
    this.#recipe = recipe;
    this.#endings = endings;
    this.#drawn = drawn;
  }

  /** The plan so far. */
  plan(): RenderPlan {
    return {
      stages: [...this.#stages],
      unmeasured: [...this.#unmeasured],
      skipped: [...this.#skipped],
      ...(this.#drawn && { drawn: this.#drawn }),
    };
  }

  /** Adds all stages of one decode. */
  addDecode(facts: SourceFacts, mode: DecodeMode, shape: Shape, tree: StepTree): void {
    const { unusual, sealed } = sourcePixels(facts, mode);
    const { width, height } = this.#drawn ?? shape;
    const open: OpenStage = {
      input: 'upload',
      mode,
      operations: [],
      used: new Set(),
      shape,
      actual: { width, height },
      density: densityOf(facts),
      ...(facts.format === 'svg' && !mode.display ? { vector: true } : {}),
      ...(unusual ? { unusualPixels: unusual } : {}),
      ...(sealed ? { sealed } : {}),
      ...(canConvertLast(facts, mode) ? { unconverted: width * height } : {}),
    };
    this.#addTree(
      mode.animated ? this.#materialise(open, 'frames are worked on one by one') : open,
      tree,
    );
  }

  #addTree(open: OpenStage, tree: StepTree): void {
    const [ending, ...more] = tree.ends;
    const ways = tree.ends.length + tree.branches.size;
    if (ways === 1 && ending === undefined) {
      for (const { step, tree: next } of tree.branches.values()) this.#addStep(open, step, next);
    } else if (ways === 1 && ending !== undefined && more.length === 0) this.#addEnd(open, ending);
    else this.#addBranches(open, tree);
  }

  /** Several branches follow: materialises their common pixels at the smallest size that all can start from. */
  #addBranches(open: OpenStage, tree: StepTree): void {
    if (open.vector) {
      // Shared pixels would be of the drawing's own size, and an enlargement of them blurred.
      for (const { step, tree: next } of tree.branches.values()) this.#addStep(open, step, next);
      for (const name of tree.ends) this.#addEnd(open, name);
      return;
    }
    const shared = sharedScale(tree.branches, open);
    const isAll = tree.ends.length === 0 && shared?.keys.size === tree.branches.size;
    const from = isAll ? open : this.#materialise(open, `shared by ${tree.variants.join(', ')}`);
    const scaled = shared ? this.#materialiseScaled(from, shared) : from;
    for (const [key, { step, tree: next }] of tree.branches) {
      this.#addStep(shared?.keys.has(key) ? scaled : from, step, next);
    }
    for (const name of tree.ends) this.#addEnd(from, name);
  }

  #addStep(open: OpenStage, step: BoundStep, tree: StepTree): void {
    const add = (stage: OpenStage) => withStep(stage, step, tree.variants);
    let joined: OpenStage | string;
    try {
      joined = add(this.#reducedFirst(open, step, tree));
    } catch (cause) {
      this.#skip(tree.variants, step, cause);
      return;
    }
    const next =
      typeof joined === 'string' ? this.#firstOf(this.#materialise(open, joined), add) : joined;
    if (step.bound.measured) this.#addUnmeasured(next, step, tree);
    else this.#addTree(next, tree);
  }

  /**
   * Reduces the picture before a step that reduces it itself, but only after all pixels were converted to sRGB or made
   * upright.
   */
  #reducedFirst(open: OpenStage, { bound }: BoundStep, { variants }: StepTree): OpenStage {
    if (open.input !== 'upload' || bound.kind === 'setting') return open;
    const slots = bound.slots(open.shape, { fromUpload: true, used: open.used });
    const isConverted = open.unconverted !== undefined && !worksInAnyColours(slots);
    if (!isConverted && !losesShrinkOnLoad(open.used, slots)) return open;
    const to = bound.scale(open.shape);
    const isReduced = to && isReduction(to, open.actual);
    return isReduced ? this.#materialiseScaled(open, { to, variants }) : open;
  }

  /** Plans the rest of the tree after the step's pixels, and therefore their size, exist. */
  #addUnmeasured(open: OpenStage, { transform }: BoundStep, tree: StepTree): void {
    const materialised = this.#materialise(open, `what ${transform} leaves has to be measured`);
    const unmeasured: Unmeasured = {
      stage: materialised.input as number,
      variants: tree.variants,
      files: tree.variants.flatMap((name) => {
        const ending = this.#endings.get(name);
        return ending?.kind === 'file' ? [ending] : [];
      }),
      complete: ({ width, height }) => {
        this.#unmeasured.delete(unmeasured);
        const shape = { ...materialised.shape, width, height };
        this.#addTree({ ...materialised, shape, actual: { width, height } }, tree);
        return this.plan();
      },
    };
    this.#unmeasured.add(unmeasured);
  }

  /** @throws ImageError `TRANSFORM_FAILED` if the step failed for another reason than the picture */
  #skip(variants: readonly string[], { step, transform }: BoundStep, cause: unknown): void {
    const errorOf = (variant: string) =>
      stepError({ recipe: this.#recipe, variant, step, transform }, cause);
    const all = errorOf(variants.join(', '));
    if (!isImpossible(all)) throw all;
    for (const variant of variants) this.#skipped.push(skippedVariant(variant, errorOf(variant)));
  }

  #materialiseScaled(open: OpenStage, { to, variants }: Omit<SharedScale, 'keys'>): OpenStage {
    if (to.width === open.actual.width && to.height === open.actual.height) {
      return this.#materialise(open, `shared by ${variants.join(', ')}`);
    }
    const operation = {
      transform: 'scale',
      options: { ...to },
      bound: scaling(to),
      variants,
      step: 0,
      input: open.shape,
      output: { ...open.shape, width: to.width, height: to.height },
      slots: ['resize'] as const,
    };
    const add = (stage: OpenStage) => withOperation(stage, operation);
    const joined = add(open);
    const scaled =
      typeof joined === 'string' ? this.#firstOf(this.#materialise(open, joined), add) : joined;
    const materialised = this.#materialise(
      scaled,
      `the largest size that ${variants.join(', ')} need`,
    );
    // Later steps compute with the declared shape; only the planner knows the smaller real size.
    return { ...materialised, shape: open.shape };
  }

  #firstOf(fresh: OpenStage, add: (stage: OpenStage) => OpenStage | string): OpenStage {
    const opened = add(fresh);
    if (typeof opened === 'string') throw new Error(`a new pipeline refuses a step: ${opened}`);
    return opened;
  }

  /** Ends a pipeline in pixels and opens a new one from them. Does nothing if the pixels are already materialised. */
  #materialise(open: OpenStage, barrier: string): OpenStage {
    const { input, mode, operations, shape, actual, density } = open;
    if (input !== 'upload' && operations.length === 0) return open;
    const id = this.#stages.length;
    const stage: PixelStage = {
      kind: 'pixels',
      id,
      input,
      mode,
      operations,
      shape: { ...shape, ...actual },
      ...(convertsLast(open) ? { convertsLast: true } : {}),
      barrier,
    };
    this.#stages.push(stage);
    return { input: id, mode, operations: [], used: new Set(), shape, actual, density };
  }

  #addEnd(open: OpenStage, name: string): void {
    // The pixels of a step without `slots` are checked before they are written.
    const isUnknown = open.operations.some(({ slots }) => slots === undefined);
    const last = isUnknown && open.sealed ? this.#materialise(open, open.sealed) : open;
    const { input, mode, operations, shape, density } = last;
    const ending = this.#endings.get(name) ?? { kind: 'placeholder' };
    const isStated = ending.kind === 'file' && statesResolution(ending.settings);
    const stage = {
      ...{ id: this.#stages.length, input, mode, operations, shape },
      ...(convertsLast(last) ? { convertsLast: true } : {}),
      ...(isStated && density !== undefined && !mode.animated ? { density } : {}),
      ...ending,
    };
    const tooLarge = stage.kind === 'file' ? checkFormatLimits(stage, this.#recipe) : undefined;
    if (tooLarge) this.#skipped.push(skippedVariant(name, tooLarge));
    else this.#stages.push(stage);
  }
}

/** The size of a PDF's pages follows from it. */
function statesResolution({ metadata, encodings }: VariantSettings): boolean {
  return metadata.resolution || encodings.some(({ format }) => format === 'pdf');
}

/** @throws the error if it is not one for which a variant is skipped */
export function skippedVariant(variant: string, error: ImageError): SkippedVariant {
  if (!isImpossible(error)) throw error;
  return { kind: 'skipped', variant, code: error.code, message: error.message };
}

function scaling({ width, height, kernel, fastShrinkOnLoad }: Scale): Action {
  return {
    kind: 'pixels',
    apply: (image) =>
      image.resize({
        width,
        height,
        fit: 'fill',
        kernel: kernel as 'lanczos3',
        fastShrinkOnLoad,
      }),
  };
}
