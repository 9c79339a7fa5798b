import {
  type EstimateRequest,
  type ImageEngine,
  leftByPages,
  pageFileSeconds,
  planSheet,
  type PlannedCell,
  type PlannedSheet,
  type RenderEstimate,
  type SourceFacts,
} from '@darkroom/transforms';
import type { PipelineError } from '../contract/codes.ts';
import { checkDecoding, checkFacts, checkPages, type Limits } from '../contract/limits.ts';
import { wantedPages, wantsFrames } from '../recipe/pages.ts';
import type { PageFacts, Recipe } from '../recipe/recipe.ts';

/**
 * Reads the headers of the other pages that a recipe needs, and those of the frames, which are all alike.
 * @throws PipelineError `TOO_LARGE` before it reads more pages than the limits allow
 */
export async function inspectPages(
  source: Uint8Array,
  first: SourceFacts,
  {
    recipe,
    limits,
    engine,
  }: { recipe: Recipe; limits: Limits; engine: Pick<ImageEngine, 'inspect'> },
): Promise<PageFacts> {
  const numbers = wantedPages(recipe, first);
  const opening = pageFileSeconds(first.bytes, numbers.length - 1);
  throwIfAny(
    checkPages({ pages: numbers.length, pixels: 0, side: 0 }, limits) ??
      checkDecoding({ cpuSeconds: opening, memory: 0 }, limits),
  );
  const others: SourceFacts[] = [];
  for (const page of numbers.slice(1)) {
    const facts = await engine.inspect(source, page, recipe.decoders);
    throwIfAny(checkFacts(facts, limits, 1));
    others.push(facts);
  }
  if (wantsFrames(recipe, first)) others.push(await engine.inspect(source, 'frames'));
  return [first, ...others];
}

/**
 * Reads the headers of the pages that a recipe needs.
 * @throws PipelineError or ImageError with the code that the upload would be rejected with
 */
export async function inspectUpload(
  source: Uint8Array,
  reading: Parameters<typeof inspectPages>[2],
): Promise<PageFacts> {
  const { engine, recipe } = reading;
  return inspectPages(source, await engine.inspect(source, 1, recipe.decoders), reading);
}

/** What all pages of an upload cost together. They are rendered one after the other. */
export interface UploadEstimate extends RenderEstimate {
  /** Of all pages and frames that are decoded, at the sizes that are drawn. */
  readonly pixels: number;
  /** The longest of all pages and frames, pixels. */
  readonly side: number;
  /** In the order of the recipe. */
  readonly sheets: readonly PlannedSheet[];
}

/** The sheets whose cells are made of several pages or frames. */
function sheetsOf(
  requests: readonly EstimateRequest[],
  estimates: readonly RenderEstimate[],
): readonly PlannedSheet[] {
  const [first] = requests;
  if (!first) return [];
  const cells = Map.groupBy(
    estimates.flatMap((one): readonly PlannedCell[] => one.cells ?? []),
    ({ variant }) => variant,
  );
  const variants = new Map(
    requests.flatMap((one) => one.variants.map((variant) => [variant.name, variant])),
  );
  return [...cells].flatMap(([name, own]) => {
    const variant = variants.get(name);
    return variant ? [planSheet(variant, own, first)] : [];
  });
}

/** What the engine makes of a sheet, and the making of the sheet itself. */
function estimateSheet(
  { request, joining, isExact }: PlannedSheet,
  engine: Pick<ImageEngine, 'estimate'>,
): RenderEstimate {
  const {
    skipped = [],
    decoding = { cpuSeconds: 0, memory: 0 },
    ...rest
  } = engine.estimate(request);
  return {
    ...rest,
    // The sheet may become smaller.
    ...(isExact && skipped.length > 0 && { skipped }),
    decoding: { ...decoding, cpuSeconds: decoding.cpuSeconds + joining.cpuSeconds },
  };
}

const MIB = 1024 * 1024;
/** Of the pages of a document: as they were rendered, as they are joined, and as the file. */
const COPIES = 3;

/** MiB of documents whose pages have so many bytes. They are held until the last page is there. */
export function documentMemory(bytes: number): number {
  return (COPIES * bytes) / MIB;
}

/** MiB of sheets whose cells are held until the last one is there. */
export function sheetMemory(sheets: readonly PlannedSheet[]): number {
  return sheets.reduce((sum, { joining }) => sum + joining.memory, 0);
}

export function estimateUpload(
  requests: readonly EstimateRequest[],
  engine: Pick<ImageEngine, 'estimate'>,
): UploadEstimate {
  const each = requests.map((request) => {
    const estimate = engine.estimate(request);
    return { ...request.facts, ...estimate.drawn, ...estimate };
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);
  const sheets = sheetsOf(requests, each);
  const all = [...each, ...sheets.map((sheet) => estimateSheet(sheet, engine))];
  const costs = all.flatMap(({ decoding }) => decoding ?? []);
  const skipped = all.flatMap((one) => one.skipped ?? []);
  const seconds = sum(all.map(({ stepSeconds = 0 }) => stepSeconds));
  const documentBytes = sum(each.map((one) => one.documentBytes ?? 0));
  return {
    pages: sum(each.map(({ pages }) => pages)),
    pixels: sum(each.map(({ width, height, pages }) => width * height * pages)),
    side: most(each.flatMap(({ width, height }) => [width, height])),
    ...(costs.length === all.length && {
      decoding: {
        cpuSeconds: sum(costs.map(({ cpuSeconds }) => cpuSeconds)),
        memory: most(costs.map(({ memory }) => memory)),
      },
    }),
    ...(seconds > 0 && { stepSeconds: seconds }),
    ...(skipped.length > 0 && { skipped }),
    ...(documentBytes > 0 && { documentBytes }),
    sheets,
    memory:
      most(all.map(({ memory }) => memory)) +
      leftByPages(requests.map(({ facts }) => facts)) +
      documentMemory(documentBytes) +
      sheetMemory(sheets),
  };
}

/** @returns the `TOO_LARGE` to reject with, or nothing */
export function checkUpload(estimate: UploadEstimate, limits: Limits): PipelineError | undefined {
  return (
    checkPages(estimate, limits) ?? (estimate.decoding && checkDecoding(estimate.decoding, limits))
  );
}

function throwIfAny(error: PipelineError | undefined): void {
  if (error) throw error;
}
