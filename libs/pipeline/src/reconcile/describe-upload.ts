import {
  describePlan,
  type ImageEngine,
  makePlan,
  type RenderEstimate,
  type SourceFacts,
} from '@darkroom/transforms';
import { catalog } from '../catalog.ts';
import type { PipelineError } from '../contract/codes.ts';
import { checkDecoding, checkFacts, checkFormat, type Limits } from '../contract/limits.ts';
import {
  checkMemory,
  filesAtOnce,
  functionMemory,
  imagesAtOnce,
  peakMemory,
  uploadMemory,
} from '../memory.ts';
import { type Recipe, renderRequest } from '../recipe/recipe.ts';
import { holds } from '../recipe/when.ts';
import { checkSkipped, notRetryable } from './make-outputs.ts';
import type { Settings } from '../stack/settings.ts';

/** What a stack grants an upload. */
export interface Granted {
  readonly limits: Limits;
  readonly function: Pick<Settings['function'], 'memory'>;
}

export interface DescribedUpload {
  readonly text: string;
  /** MiB. */
  readonly memory: {
    /** At the peak of this upload. */
    readonly upload: number;
    /** Of the smallest function that accepts the upload. */
    readonly function: number;
  };
  /** CPU seconds to decode the upload, estimated from its structure; left out if unknown. */
  readonly decodeSeconds?: number;
  readonly limits: readonly UsedLimit[];
  /** The plan is good, and the function has too little memory for it: what the upload would be rejected with. */
  readonly refusal: PipelineError | undefined;
}

export interface UsedLimit {
  readonly limit: keyof Limits;
  readonly used: number;
  readonly allowed: number;
}

const number = new Intl.NumberFormat('en');

/**
 * Describes for people what a recipe does to an upload: the stages with the reason for each barrier, copied variants,
 * omitted variants, the memory, and the use of the limits. It does not decode pixels.
 *
 * @throws PipelineError or ImageError with the code that the upload would be rejected with
 */
export function describeUpload(
  recipe: Recipe,
  facts: SourceFacts,
  engine: ImageEngine,
  granted: Granted,
): DescribedUpload {
  const request = renderRequest(recipe, facts);
  const unfit = checkFormat(facts, recipe) ?? checkFacts(facts, granted.limits, 1);
  if (unfit) throw unfit;
  const estimate = engine.estimate(request);
  const tooMuch =
    checkFacts(facts, granted.limits, estimate.pages) ??
    (estimate.decoding && checkDecoding(estimate.decoding, granted.limits));
  if (tooMuch) throw tooMuch;
  const { skipped = [] } = estimate;
  checkSkipped(skipped.map(notRetryable), facts, { recipe });
  const plan = makePlan({
    ...request,
    placeholder: Object.values(recipe.placeholder).includes(true),
    bind: (step) => catalog.bind(step),
  });
  const { memory } = granted.function;
  const capacity = uploadMemory(memory);
  const need = (concurrency: number) =>
    peakMemory(facts.bytes, engine.estimate({ ...request, concurrency }).memory);
  const files = filesAtOnce(imagesAtOnce(memory), capacity, need);
  const mib = need(files);
  const named = (wanted: Recipe['variants']) => wanted.map(({ name }) => name).join(', ');
  const copies = recipe.variants.filter(({ copy, when }) => copy && holds(when, facts));
  const unmade = recipe.variants.filter(({ when }) => !holds(when, facts));
  const limits = usedLimits(facts, estimate, granted.limits);
  const lines = [
    `recipe ${recipe.name}, effort ${recipe.effort}`,
    describePlan(plan, facts),
    ...(copies.length > 0 ? [`copied byte for byte: ${named(copies)}`] : []),
    ...(unmade.length > 0 ? [`not made, their conditions do not hold: ${named(unmade)}`] : []),
    ...skipped.map(({ variant, code, message }) => `skipped: ${variant}, ${code}: ${message}`),
    describeMemory(mib, files, memory),
    describeLimits(limits, estimate),
  ];
  return {
    text: lines.join('\n'),
    refusal: checkMemory(mib, capacity),
    memory: { upload: mib, function: functionMemory(need(1)) },
    ...(estimate.decoding && { decodeSeconds: estimate.decoding.cpuSeconds }),
    limits,
  };
}

/** @param files that are encoded at once */
function describeMemory(mib: number, files: number, memory: number): string {
  const format = (value: number) => number.format(value);
  const [needs, grants] = [Math.ceil(mib), Math.floor(uploadMemory(memory))].map(format);
  return [
    `memory: about ${needs} MiB at the peak, ${files} file${files === 1 ? '' : 's'} at a time`,
    `  function.memory: ${format(memory)}, of which an upload may have ${grants}; ${format(functionMemory(mib))} would do`,
  ].join('\n');
}

function usedLimits(
  { width, height, bytes }: SourceFacts,
  { pages, decoding }: RenderEstimate,
  limits: Limits,
): UsedLimit[] {
  const of = (limit: keyof Limits, used: number) => ({ limit, used, allowed: limits[limit] });
  return [
    of('bytes', bytes),
    of('pixels', width * height * pages),
    of('side', Math.max(width, height)),
    of('pages', pages),
    ...(decoding
      ? [of('cpuSeconds', decoding.cpuSeconds), of('memory', Math.ceil(decoding.memory))]
      : []),
  ];
}

function describeLimits(limits: readonly UsedLimit[], { decoding }: RenderEstimate): string {
  const shares = limits.map(
    ({ limit, used, allowed }) => `  ${limit}: ${number.format(used)} of ${number.format(allowed)}`,
  );
  const unknown = decoding
    ? []
    : ['  cpuSeconds, memory: unknown; a process of its own decodes it'];
  return ['limits:', ...shares, ...unknown].join('\n');
}
