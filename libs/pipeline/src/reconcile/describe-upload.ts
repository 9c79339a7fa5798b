import {
  describePlan,
  type EstimateRequest,
  type ImageEngine,
  makePlan,
  type PlannedSheet,
} from '@darkroom/transforms';
import { catalog } from '../catalog.ts';
import type { PipelineError } from '../contract/codes.ts';
import { checkFacts, checkFormat, type Limits } from '../contract/limits.ts';
import {
  checkMemory,
  filesAtOnce,
  functionMemory,
  imagesAtOnce,
  peakMemory,
  uploadMemory,
} from '../memory.ts';
import { wantedVariants } from '../recipe/pages.ts';
import { type PageFacts, type Recipe, renderRequests } from '../recipe/recipe.ts';
import { holds } from '../recipe/when.ts';
import { checkSkipped, notRetryable } from './make-outputs.ts';
import { checkUpload, estimateUpload, type UploadEstimate } from './pages.ts';
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
 * @param pages as `inspectUpload` reads them
 * @throws PipelineError or ImageError with the code that the upload would be rejected with
 */
export function describeUpload(
  recipe: Recipe,
  pages: PageFacts,
  engine: ImageEngine,
  granted: Granted,
): DescribedUpload {
  const [facts] = pages;
  const requests = renderRequests(recipe, pages);
  const unfit = checkFormat(facts, recipe) ?? checkFacts(facts, granted.limits, 1);
  if (unfit) throw unfit;
  const estimate = estimateUpload(requests, engine);
  const tooMuch = checkUpload(estimate, granted.limits);
  if (tooMuch) throw tooMuch;
  const { skipped = [] } = estimate;
  checkSkipped(skipped.map(notRetryable), facts, { recipe });
  const { memory } = granted.function;
  const capacity = uploadMemory(memory);
  const need = (concurrency: number) =>
    peakMemory(
      facts.bytes,
      estimateUpload(
        requests.map((request) => ({ ...request, concurrency })),
        engine,
      ).memory,
    );
  const files = filesAtOnce(imagesAtOnce(memory), capacity, need);
  const mib = need(files);
  const named = (wanted: readonly { readonly name: string }[]) =>
    wanted.map(({ name }) => name).join(', ');
  const copies = wantedVariants(recipe, facts).filter(({ copy }) => copy);
  const unmade = recipe.variants.filter(({ when }) => !holds(when, facts));
  const limits = usedLimits(pages, estimate, granted.limits);
  const lines = [
    `recipe ${recipe.name}, effort ${recipe.effort}`,
    ...requests.flatMap(describeMeasures),
    ...requests.map(describePage),
    ...estimate.sheets.map(describeSheet),
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

/** Only the first page is measured. */
function describeMeasures({ measures = [] }: EstimateRequest): string[] {
  return measures.length > 0
    ? [`decode the upload for the manifest's facts: ${measures.join(', ')}`]
    : [];
}

/** The stages of the first page. Those of the other pages and of frames differ in sizes only, and are left out. */
function describePage({ placeholder, ...request }: EstimateRequest): string {
  const { facts, variants } = request;
  const size = `${facts.width}×${facts.height}`;
  if (facts.frameOf) return `frames, ${size}: ${describePictures(variants)}`;
  if (facts.page !== undefined) return `page ${facts.page}, ${size}: ${describePictures(variants)}`;
  const plan = makePlan({
    ...request,
    placeholder: Object.values(placeholder ?? {}).includes(true),
    bind: (step) => catalog.bind(step),
  });
  return describePlan(plan, facts);
}

/** The names of the outputs. Several frames may be cells of one. */
function describePictures(variants: EstimateRequest['variants']): string {
  const named = Map.groupBy(variants, ({ name }) => name);
  return [...named]
    .map(([name, { length }]) => (length > 1 ? `${length} cells of ${name}` : name))
    .join(', ');
}

function describeSheet({ request, cells }: PlannedSheet): string {
  return `sheet of ${cells.length} cell${cells.length === 1 ? '' : 's'}: ${describePage(request)}`;
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
  all: PageFacts,
  { pages, pixels, side, decoding }: UploadEstimate,
  limits: Limits,
): UsedLimit[] {
  const of = (limit: keyof Limits, used: number) => ({ limit, used, allowed: limits[limit] });
  return [
    of('bytes', all[0].bytes),
    of('pixels', pixels),
    of('side', side),
    of('pages', pages),
    ...(decoding
      ? [of('cpuSeconds', decoding.cpuSeconds), of('memory', Math.ceil(decoding.memory))]
      : []),
  ];
}

function describeLimits(limits: readonly UsedLimit[], { decoding }: UploadEstimate): string {
  const shares = limits.map(
    ({ limit, used, allowed }) => `  ${limit}: ${number.format(used)} of ${number.format(allowed)}`,
  );
  const unknown = decoding
    ? []
    : ['  cpuSeconds, memory: unknown; a process of its own decodes it'];
  return ['limits:', ...shares, ...unknown].join('\n');
}
