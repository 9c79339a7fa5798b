import type { BoundTransform, Shape } from '../bound-transform.ts';
import { flatten } from '../builtin/flatten.ts';
import { resize } from '../builtin/resize.ts';
import { rotate } from '../builtin/rotate.ts';
import type { Effort, SourceFacts, Step, Variant } from '../image-engine.ts';
import { swapsSides } from '../orientation.ts';
import { decodeMode, decodeModeKey } from './decode-mode.ts';
import type { DecodeMode, RenderPlan } from './render-plan.ts';
import { type Ending, Planner } from './planner.ts';
import { type BoundStep, type BoundVariant, stepTree } from './step-tree.ts';
import { variantSettings, type VariantSettings } from './variant-settings.ts';

export interface PlanInput {
  /** For messages. */
  readonly recipe: string;
  readonly facts: SourceFacts;
  readonly variants: readonly Variant[];
  /** Whether a placeholder is made too; default true. */
  readonly placeholder?: boolean;
  /** Of the encoders; default `balanced`. */
  readonly effort?: Effort | undefined;
  /** The catalog's `bind`. */
  readonly bind: (step: Step) => BoundTransform;
}

/** The upload before its first step: pixels as stored. */
export function storedShape({ width, height, orientation, hasAlpha }: SourceFacts): Shape {
  return swapsSides(orientation)
    ? { width: height, height: width, orientation, hasAlpha }
    : { width, height, orientation, hasAlpha };
}

/** What cannot carry an orientation tag ends upright in any case: a GIF, and a file that keeps its colours' profile. */
function upright(step: number): BoundStep {
  const options = rotate.options.parse({});
  return { transform: rotate.name, options, step, bound: rotate.bind(options) };
}

/** JPEG has no transparency; sharp would put black behind it, where people expect the white of a page. */
function onWhite(step: number): BoundStep {
  const options = flatten.options.parse({ background: '#ffffff' });
  return { transform: flatten.name, options, step, bound: flatten.bind(options) };
}

function endsWithAlpha(steps: readonly BoundStep[], upload: Shape): boolean {
  try {
    return steps.reduce((shape, { bound }) => bound.after(shape), upload).hasAlpha;
  } catch {
    // The planner meets the same error, and tells whose it is.
    return false;
  }
}

export function bindVariant(
  { name, steps }: Variant,
  settings: VariantSettings,
  { bind, facts }: Pick<PlanInput, 'bind' | 'facts'>,
): BoundVariant {
  const bound = steps.map((given, step) => ({ ...given, step, bound: bind(given) }));
  const { encodings, colourspace } = settings;
  const isTagless = encodings.some(({ format }) => format === 'gif') || colourspace !== 'srgb';
  const isOpaque =
    encodings.some(({ format }) => format !== 'jpeg') || !endsWithAlpha(bound, storedShape(facts));
  return {
    name,
    steps: [
      ...bound,
      ...(isTagless ? [upright(steps.length)] : []),
      ...(isOpaque ? [] : [onWhite(steps.length)]),
    ],
  };
}

export function endingOf(variant: Variant, settings: VariantSettings): Ending {
  const resized = variant.steps.findLast(({ transform }) => transform === 'resize')?.options ?? {};
  // With one side given there is nothing to fit.
  const fit = 'width' in resized && 'height' in resized ? resized['fit'] : undefined;
  return {
    kind: 'file',
    variant: variant.name,
    settings,
    ...(typeof fit === 'string' ? { fit } : {}),
  };
}

/**
 * Compiles the variants' steps into as few sharp pipelines as keep the declared order: step n's input is step n-1's
 * output. Leading steps that variants share are done once, and variants that only make the picture smaller start from
 * one decode at the largest size that any of them needs.
 * @throws ImageError `TRANSFORM_FAILED` from a step whose options do not fit the picture
 */
export function makePlan({
  recipe,
  facts,
  variants,
  placeholder = true,
  effort,
  bind,
}: PlanInput): RenderPlan {
  const settings = new Map(
    variants.map((variant) => [variant.name, variantSettings(variant, facts, effort)]),
  );
  const bound = variants.flatMap((variant) => {
    const own = settings.get(variant.name);
    return own ? [bindVariant(variant, own, { bind, facts })] : [];
  });
  const decodes = new Map<string, { mode: DecodeMode; variants: BoundVariant[] }>();
  for (const variant of placeholder ? [...bound, placeholderVariant(bound)] : bound) {
    const mode = decodeMode(facts, settings.get(variant.name));
    const decode = decodes.get(decodeModeKey(mode)) ?? { mode, variants: [] };
    decode.variants.push(variant);
    decodes.set(decodeModeKey(mode), decode);
  }
  const planner = new Planner(
    recipe,
    new Map(
      variants.flatMap((variant) => {
        const own = settings.get(variant.name);
        return own ? [[variant.name, endingOf(variant, own)] as const] : [];
      }),
    ),
  );
  for (const decode of decodes.values()) {
    planner.addDecode(facts, decode.mode, storedShape(facts), stepTree(decode.variants));
  }
  return planner.plan();
}

/** No variant can be called this: parentheses are not safe in a key. */
const PLACEHOLDER = '(placeholder)';

/** Longest side of the picture that the placeholder is made of, pixels: ThumbHash takes no larger one. */
const SIDE = 100;

/** The upright picture, small. It turns where the variants turn, so that it shares their decode. */
function placeholderVariant(variants: readonly BoundVariant[]): BoundVariant {
  const upright = { transform: 'rotate', options: rotate.options.parse({}) };
  const small = {
    transform: 'resize',
    options: resize.options.parse({
      width: SIDE,
      height: SIDE,
      fit: 'inside',
      withoutEnlargement: true,
    }),
  };
  const uprightFirst = variants.some(({ steps }) => {
    const first = steps.find(({ bound }) => bound.kind === 'pixels');
    return first && JSON.stringify(first.options) === JSON.stringify(upright.options);
  });
  const steps = [
    { ...upright, step: 0, bound: rotate.bind(upright.options) },
    { ...small, step: 1, bound: resize.bind(small.options) },
  ];
  return { name: PLACEHOLDER, steps: uprightFirst ? steps : steps.reverse() };
}
