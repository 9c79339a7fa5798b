import type { BoundTransform, Shape } from '../bound-transform.ts';
import { flatten } from '../builtin/flatten.ts';
import { resize } from '../builtin/resize.ts';
import { rotate } from '../builtin/rotate.ts';
import type { Transform } from '../define-transform.ts';
import type { Effort, SourceFacts, Step, Variant } from '../image-engine.ts';
import { storedShape } from '../orientation.ts';
import { decodeMode, decodeModeKey } from './decode-mode.ts';
import { drawnSize } from './drawn-size.ts';
import type { DecodeMode, RenderPlan } from './render-plan.ts';
import { type Ending, Planner } from './planner.ts';
import { squarePixels } from './square-pixels.ts';
import { isCell, stepsOfPart } from './montage-part.ts';
import { isStoredPage } from './stored-page.ts';
import { type BoundStep, type BoundVariant, stepTree } from './step-tree.ts';
import { variantSettings, type VariantSettings } from './variant-settings.ts';

export interface PlanInput {
  /** For messages. */
  readonly recipe: string;
  readonly facts: SourceFacts;
  readonly variants: readonly Variant[];
  /** Whether a placeholder is made too; default true. */
  readonly placeholder?: boolean;
  /** Steps before those of the placeholder itself; default none. */
  readonly placeholderSteps?: readonly Step[] | undefined;
  /** Of the encoders; default `balanced`. */
  readonly effort?: Effort | undefined;
  /** The catalog's `bind`. */
  readonly bind: (step: Step) => BoundTransform;
}

/** GIF and PDF have no orientation tag; decoders of AVIF disagree about it. */
const TAGLESS: ReadonlySet<string> = new Set(['gif', 'avif', 'pdf']);
/** sharp would use a black background; users expect white, and the pages of a PDF are paper. */
const OPAQUE: ReadonlySet<string> = new Set(['jpeg', 'pdf']);

/** A step that a recipe does not name. */
type OwnStep = Omit<BoundStep, 'step'>;

const ownSteps = new Map<string, OwnStep>();

/** Parses the options once. */
function ownStep(
  { name, options, bind }: Pick<Transform, 'name' | 'options' | 'bind'>,
  given: Readonly<Record<string, unknown>>,
): OwnStep {
  const id = `${name} ${JSON.stringify(given)}`;
  const before = ownSteps.get(id);
  if (before) return before;
  const parsed = options.parse(given) as OwnStep['options'];
  const made = { transform: name, options: parsed, bound: bind(parsed) };
  ownSteps.set(id, made);
  return made;
}

/** The pixels of these formats, of files with a kept profile, and of cells are made upright. */
function upright(step: number): BoundStep {
  return { ...ownStep(rotate, {}), step };
}

/** Of files without transparency. */
function onWhite(step: number): BoundStep {
  return { ...ownStep(flatten, { background: '#ffffff' }), step };
}

/** The shape after the steps, if those that measure leave the whole picture. */
function shapeAfter(steps: readonly BoundStep[], upload: Shape): Shape | undefined {
  try {
    return steps.reduce((shape, { bound }) => bound.after(shape), upload);
  } catch {
    // The planner gets the same error and reports it with its step.
    return undefined;
  }
}

export function bindVariant(
  { name, steps }: Variant,
  settings: VariantSettings,
  { bind, facts }: Pick<PlanInput, 'bind' | 'facts'>,
): BoundVariant {
  const bound = stepsOfPart(steps, facts).map(({ given, step }) => ({
    ...{ ...given, step },
    bound: bind(given),
  }));
  if (isStoredPage(settings, bound, facts)) return { name, steps: [], stored: true };
  const { encodings, colourspace } = settings;
  const isTagless =
    encodings.some(({ format }) => TAGLESS.has(format)) ||
    isCell(steps, facts) ||
    colourspace !== 'srgb';
  const isOpaque =
    encodings.some(({ format }) => !OPAQUE.has(format)) ||
    !shapeAfter(bound, storedShape(facts))?.hasAlpha;
  return {
    name,
    steps: [
      ...squarePixels(facts),
      ...bound,
      ...(isTagless ? [upright(steps.length)] : []),
      ...(isOpaque ? [] : [onWhite(steps.length)]),
    ],
  };
}

export function endingOf(
  { name, steps }: Variant,
  settings: VariantSettings,
  {
    bound: { steps: own, stored },
    facts,
  }: { readonly bound: BoundVariant; readonly facts: SourceFacts },
): Ending & { readonly kind: 'file' } {
  const last = stepsOfPart(steps, facts).findLast(({ given }) => given.transform === 'resize');
  const resized = last?.given.options ?? {};
  const declared = settings.cell && shapeAfter(own, storedShape(facts));
  // `fit` has no effect if only one side is given.
  const fit = 'width' in resized && 'height' in resized ? resized['fit'] : undefined;
  return {
    kind: 'file',
    variant: name,
    settings,
    ...(stored && { stored }),
    ...(declared && { declared }),
    ...(typeof fit === 'string' ? { fit } : {}),
  };
}

/**
 * Compiles the variants' steps into as few sharp pipelines as the declared order allows: the input of step n is the output
 * of step n-1. Leading steps that several variants share run once. Variants that only reduce the picture start from one
 * decode at the largest size that any of them needs.
 * Leaves out the variants that cannot be made and lists them in `skipped`.
 * @throws ImageError `TRANSFORM_FAILED` if a plugin's step throws
 */
export function makePlan(input: PlanInput): RenderPlan {
  const plan = planAll(input);
  if (plan.skipped.length === 0) return plan;
  const { skipped } = plan;
  // Without the pixels that only the skipped variants needed.
  const names = new Set(skipped.map(({ variant }) => variant));
  const variants = input.variants.filter(({ name }) => !names.has(name));
  return { ...planAll({ ...input, variants }), skipped };
}

function planAll({
  recipe,
  facts,
  variants,
  placeholder = true,
  placeholderSteps = [],
  effort,
  bind,
}: PlanInput): RenderPlan {
  const settings = new Map(
    variants.map((variant) => [variant.name, variantSettings(variant, facts, effort)]),
  );
  const endings = new Map<string, Ending>();
  const bound = variants.flatMap((variant) => {
    const own = settings.get(variant.name);
    if (!own) return [];
    const made = bindVariant(variant, own, { bind, facts });
    endings.set(variant.name, endingOf(variant, own, { bound: made, facts }));
    return [made];
  });
  const bindStep = (given: Step, step: number) => ({ ...given, step, bound: bind(given) });
  // The placeholder shows what the first variant shows.
  const [first] = variants;
  const display = first && settings.get(first.name)?.display;
  const placeholderSettings: Pick<VariantSettings, 'display'> = display ? { display } : {};
  const decodes = new Map<string, { mode: DecodeMode; variants: BoundVariant[] }>();
  const all = placeholder
    ? [
        ...bound,
        placeholderVariant(bound, [...squarePixels(facts), ...placeholderSteps.map(bindStep)]),
      ]
    : bound;
  for (const variant of all) {
    const mode = decodeMode(facts, settings.get(variant.name) ?? placeholderSettings);
    // What is only looked at shares no pixels.
    const key = variant.stored ? `stored for ${variant.name}` : decodeModeKey(mode);
    const decode = decodes.get(key) ?? { mode, variants: [] };
    decode.variants.push(variant);
    decodes.set(key, decode);
  }
  const planner = new Planner(recipe, endings, drawnSize(all, facts, storedShape(facts)));
  for (const decode of decodes.values()) {
    planner.addDecode(facts, decode.mode, storedShape(facts), stepTree(decode.variants));
  }
  return planner.plan();
}

/** Variants cannot have this name: parentheses are not allowed in keys. */
const PLACEHOLDER = '(placeholder)';

/**
 * Maximum side of the placeholder's source, pixels. The hashes have at most 7 waves along a side, and 4 pixels for each are
 * enough. ThumbHash allows 100 pixels and takes ten times as long for them.
 */
const SIDE = 32;

/** The kernel with which the first variant begins to reduce. `nearest` would make a poor placeholder. */
function kernelOf(variants: readonly BoundVariant[]): unknown {
  const steps = variants[0]?.steps ?? [];
  const kernel = steps.find(({ transform }) => transform === 'resize')?.options['kernel'];
  return kernel === 'nearest' ? undefined : kernel;
}

/** Steps of the placeholder: a small upright picture. It rotates at the same point as the variants and shares their decode. */
function placeholderVariant(
  variants: readonly BoundVariant[],
  first: readonly BoundStep[],
): BoundVariant {
  const small = ownStep(resize, {
    width: SIDE,
    height: SIDE,
    fit: 'inside',
    withoutEnlargement: true,
    // With another kernel, the placeholder and the variants could not start from one reduction.
    kernel: kernelOf(variants),
  });
  const uprightFirst = variants.some(({ steps }) => {
    const first = steps.find(({ bound }) => bound.kind === 'pixels');
    return first && JSON.stringify(first.options) === JSON.stringify(upright(0).options);
  });
  const steps = [upright(0), { ...small, step: 1 }];
  const own = uprightFirst ? steps : steps.reverse();
  return { name: PLACEHOLDER, steps: [...first, ...own] };
}
