import { builtinTransforms } from '../builtin/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Decoder } from '../define-decoder.ts';
import type { Display } from '../display/display.ts';
import {
  DEFAULT_PLACEHOLDER,
  type EstimateRequest,
  type ImageEngine,
  type Measure,
  type Rendered,
  type RenderEstimate,
  type RenderRequest,
  type Size,
  type SourceFacts,
  type Step,
  type Survey,
  type Variant,
} from '../image-engine.ts';
import { makePlan, type PlanInput } from '../plan/make-plan.ts';
import { estimateFrames, estimateRender } from '../plan/estimate.ts';
import { frameWindows, variantsByFrame } from '../plan/frame-windows.ts';
import type { RenderPlan } from '../plan/render-plan.ts';
import { referencePlan } from '../plan/reference-plan.ts';
import { conversionOf, type ToSrgb } from './colour/to-srgb.ts';
import { withGainMaps } from './gain-map/with-gain-maps.ts';
import { displayKey, type PreparedUpload, shownFiles } from './display/shown-files.ts';
import { type DecoderBounds, decoderOf, decodeUpload } from './decoders/decode-upload.ts';
import { decodable } from './inspect/decodable.ts';
import { inspect, survey } from './inspect/inspect.ts';
import { isCutAtEnd } from './inspect/jpeg-end.ts';
import { ofPage, ofPart, pageFile } from './inspect/page.ts';
import { withoutExtraChannels } from './inspect/tiff-channels.ts';
import { measureUpload } from './measure/measure-upload.ts';
import { sheetFile } from './montage/sheet-file.ts';
import { execute } from './render/execute.ts';
import { undecodable } from './render/explain-failure.ts';
import { frameFiles } from './render/frames.ts';
import { setUpSharp } from './sharp-setup.ts';
import { readOnce, type ReadSideFile } from './side-files.ts';

export interface EngineOptions {
  readonly catalog: Catalog;
  /** Number of files encoded in parallel for one upload, at least 1; default 1. One per CPU is a good value. */
  readonly concurrency?: number;
  /** Enables the SVG loader; default false, because SVGs can load other files and expand in memory. */
  readonly svg?: boolean;
  /** Decoders of the formats that the recipes allow, in addition to the built-in ones. Default: none. */
  readonly decoders?: readonly Decoder[];
  /** Decoders that no recipe allows. The rejection of a file of theirs names its format. Default: none. */
  readonly otherDecoders?: readonly Decoder[];
  /** Time limit of one step's own code, and of a decoder's, milliseconds; default 20,000. Exceeding it is a `TIMEOUT`. */
  readonly stepTimeout?: number;
  /** Reads side files, such as a logo, for steps. Left out: steps cannot read side files. */
  readonly readSideFile?: ReadSideFile;
}

/** Creates the engine on sharp. Configures sharp for the whole process. */
export function createEngine(options: EngineOptions): ImageEngine {
  return engineOf(makePlan, options);
}

/** Creates an engine that materialises pixels after every step. Tests compare the planned engine with it. */
export function createReferenceEngine(options: EngineOptions): ImageEngine {
  return engineOf(referencePlan, options);
}

function engineOf(
  planner: (input: PlanInput) => RenderPlan,
  {
    catalog,
    concurrency = 1,
    svg = false,
    decoders = [],
    otherDecoders = [],
    stepTimeout = 20_000,
    readSideFile,
  }: EngineOptions,
): ImageEngine {
  setUpSharp({ svg });
  const bind = (step: Step) => catalog.bind(step);
  const isBuiltin = (name: string) => {
    const found = catalog.get(name);
    // The planner's own steps are in no catalog.
    return !found || builtinTransforms.some((transform) => transform === found);
  };
  // The pipeline estimates a request several times before it renders it.
  const planned = new WeakMap<readonly Variant[], { input: PlanInput; plan: RenderPlan }>();
  const planOf = ({
    facts,
    variants,
    recipe,
    placeholder: parts = DEFAULT_PLACEHOLDER,
    placeholderSteps,
    effort,
  }: EstimateRequest): RenderPlan => {
    const placeholder = Object.values(parts).includes(true);
    const input = { facts, variants, recipe, placeholder, placeholderSteps, effort, bind };
    const before = planned.get(variants);
    if (before && isSame(before.input, input)) return before.plan;
    const plan = planner(input);
    planned.set(variants, { input, plan });
    return plan;
  };
  // Estimates and limits need the structure before the header is read.
  const surveyed = new WeakMap<Uint8Array, Promise<Survey>>();
  const surveyOf = (source: Uint8Array) => {
    const before = surveyed.get(source);
    if (before) return before;
    const made = survey(source, { svg, decoders, otherDecoders });
    surveyed.set(source, made);
    return made;
  };
  async function* render(request: RenderRequest): AsyncGenerator<Rendered, void> {
    const { source, facts, recipe, placeholder = DEFAULT_PLACEHOLDER, signal } = request;
    const { measures = [] } = request;
    const plan = planOf(request);
    // To run a plan may extend it.
    planned.delete(request.variants);
    const { drawn: size } = plan;
    const displays = displaysOf(plan);
    const upload = await prepared(source, facts, {
      ...{ decoders, displays, measures, size, stepTimeout, signal },
    });
    let conversion: Promise<ToSrgb> | undefined;
    const job = {
      source: upload.file,
      facts,
      size,
      pixels: shownFiles(upload, facts),
      toSrgb: () => (conversion ??= conversionOf(upload.file)),
      recipe,
      placeholder,
      signal,
      stepTimeout,
      isBuiltin,
      readSideFile: readSideFile && readOnce(readSideFile),
    };
    if (measures.length > 0) yield upload.measured ?? (await measureUpload(job, measures));
    yield* execute(plan, job, request.concurrency ?? concurrency, request.done);
  }
  async function* renderFrames(request: RenderRequest): AsyncGenerator<Rendered, void> {
    const { source, facts, variants, done, signal } = request;
    const ofFrames = variantsByFrame(variants);
    const isDone = (frame: number) => ofFrames.get(frame)?.every(({ name }) => done?.has(name));
    for (const window of frameWindows([...ofFrames.keys()], facts)) {
      const frames = window.frames.filter((frame) => !isDone(frame));
      if (frames.length === 0) continue;
      signal?.throwIfAborted();
      const files = await frameFiles(source, facts, { ...window, frames });
      for (const [frame, file] of files) {
        const own = { ...request, source: file(), variants: ofFrames.get(frame) ?? [] };
        yield* ofPart(`frame ${frame}`, render(own));
      }
    }
  }
  function estimate(request: EstimateRequest): RenderEstimate {
    const plan = planOf(request);
    const { skipped } = plan;
    const { measures = [] } = request;
    const parallel = request.concurrency ?? concurrency;
    const estimated = estimateRender(request.facts, plan, parallel, measures.length > 0);
    return skipped.length > 0 ? { ...estimated, skipped } : estimated;
  }
  return {
    inspect: (source, part = 1, given = {}) =>
      ofPage(part, () => inspect(source, { svg, decoders, given, part, stepTimeout, surveyOf })),
    survey: surveyOf,
    estimate: (request) =>
      request.facts.frameOf ? estimateFrames(request, estimate) : estimate(request),
    async join(pages) {
      const { joinPages } = await import('./document/document.ts');
      return joinPages(pages);
    },
    async sheet(cells, { variant, format }) {
      const source = await sheetFile(cells, variant);
      const inspected = { svg, decoders: [], given: {}, part: 1, stepTimeout, surveyOf } as const;
      const facts = await inspect(source, inspected);
      return { source, facts: { ...facts, sheetOf: format } };
    },
    async *render(request) {
      const { page, frameOf } = request.facts;
      if (frameOf) return yield* renderFrames(request);
      const rendered = withGainMaps(render(request), request, render);
      if (page === undefined) yield* rendered;
      else yield* ofPart(`page ${page}`, rendered);
    },
  };
}

function isSame<T extends object>(one: T, other: T): boolean {
  return (Object.keys(one) as (keyof T)[]).every((name) => one[name] === other[name]);
}

/** Each once. */
function displaysOf({ stages }: RenderPlan): readonly (Display | undefined)[] {
  const displays = stages.map(({ mode }) => mode.display);
  return [...new Map(displays.map((display) => [displayKey(display), display])).values()];
}

interface PrepareOptions extends DecoderBounds {
  readonly decoders: readonly Decoder[];
  /** Of the pixels, if it is not that of the facts. */
  readonly size: Size | undefined;
  /** The ways in which the values of the upload are shown. */
  readonly displays: readonly (Display | undefined)[];
  readonly measures: readonly Measure[];
}

/**
 * The files that are decoded for an upload, or for its page.
 * @throws ImageError if this needs a first decode, and the upload is damaged
 */
async function prepared(
  source: Uint8Array,
  facts: SourceFacts,
  { decoders, displays, measures, size, ...bounds }: PrepareOptions,
): Promise<PreparedUpload> {
  const { format, structure, page = 1 } = facts;
  const decoder = decoderOf(format, decoders);
  if (decoder) {
    const options = structure?.format === 'decoded' ? structure.options : undefined;
    const request = { page, options: options ?? {}, size };
    return decodeUpload(source, { decoder, format }, request, { ...bounds, displays, measures });
  }
  const own = pageFile(source, format, page);
  try {
    if (structure?.format === 'jpeg' && (await isCutAtEnd(own, structure))) {
      throw new Error('the last scan of the JPEG is cut');
    }
    const file = decodable(own);
    return { file: format === 'tiff' ? await withoutExtraChannels(file) : file };
  } catch (cause) {
    throw undecodable(format, cause);
  }
}
