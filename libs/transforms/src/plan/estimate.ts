import type { PdfOptions } from '../builtin/encoders/pdf.ts';
import { isCompared, isSearched } from '../builtin/encoders/encodings.ts';
import {
  decodeCost,
  decodedBytes,
  framesCost,
  openingSeconds,
  type DecodeCost,
} from '../cost/decode-cost.ts';
import type {
  EstimateRequest,
  PlannedCell,
  RenderEstimate,
  Size,
  SourceCoding,
  SourceFacts,
} from '../image-engine.ts';
import { losesShrinkOnLoad } from '../sharp-order.ts';
import { candidates } from './candidates.ts';
import { frameWindows, variantsByFrame } from './frame-windows.ts';
import type { FileStage, RenderPlan, Stage } from './render-plan.ts';
import { keepsGainMap, type VariantSettings } from './variant-settings.ts';

const MIB = 1024 * 1024;
const MEGAPIXEL = 1_000_000;

/**
 * Memory of an idle process with Node.js and sharp, MiB. Estimates are the growth of a process above this size. Parallel
 * uploads share it.
 */
export const BASE_MIB = 70;

/**
 * Variables of glibc that a process with the engine must start with; the estimates hold for them. Its arenas fragment under
 * libvips (lovell/sharp 2607). By default it raises the threshold of mmap with each large buffer that is freed (mallopt(3)),
 * and later pictures then stay in the arenas: a process that decodes AVIF keeps 50 MiB more.
 */
export const ALLOCATOR_VARIABLES = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '1048576',
} as const;

/** What Node.js adds to the heap for any upload, MiB. */
const HEAP_MIB = 5;
/** Factor for the buffers of an upload: the allocator rounds them up, and keeps holes between those below 1 MiB. */
const HOLES = 1.2;

/*
 * Peak MiB of one upload by its header alone, measured with sharp 0.35.5 (docs/architecture.md). A decoder holds a few rows;
 * for progressive and interlaced files it holds the whole picture. An encoder holds its picture several times.
 */
const DECODE_MIB = 45;
const HELD_MIB = 28;
const HELD_MIB_PER_MEGAPIXEL = 2.9;
/** 4:4:4 doubles the coefficients of a progressive JPEG. */
const HELD_MIB_PER_MEGAPIXEL_444 = 5.9;
/** The AVIF decoder holds the whole picture twice: as planes and as pixels. */
const AVIF_HELD_MIB = 110;
const AVIF_HELD_MIB_PER_MEGAPIXEL = 9;
const ENCODE_MIB_PER_MEGAPIXEL = 17;
const AVIF_MIB_PER_MEGAPIXEL = 26;
/** An alpha channel, in addition: colours are multiplied by it as floating-point samples, and it is encoded too. */
const ALPHA_MIB_PER_MEGAPIXEL = 16;
/** For all frames together, which are also materialised. Frames are encoded one at a time. */
const ANIMATION_MIB_PER_MEGAPIXEL = 8;
const ANIMATION_HELD_MIB_PER_MEGAPIXEL = 3;
/** The most that frames take which are no longer used, until garbage collection. */
const ANIMATION_HELD_MIB = 105;
/** Raw RGBA pixels: the source of several files, or an overlay. */
const RAW_MIB_PER_MEGAPIXEL = 4;
/** Twice RGBA, plus the decoded file, if the encoder compares files with the picture. */
const COMPARED_MIB_PER_MEGAPIXEL = 12;
/**
 * MiB that any rendering of a file needs at least.
 *
 * @param decoding of the file at the smallest size
 * @param bytes of the file
 */
export function leastRenderMemory({ memory }: DecodeCost, bytes: number): number {
  return HEAP_MIB + HOLES * (bytes / MIB + memory);
}

/** Factor for uploads whose structure is not known. */
const UNKNOWN_STRUCTURE = 1.5;

/**
 * CPU seconds of a conversion by an ICC profile: for a decode, and for each of its megapixels. Measured with Display P3, and
 * for tables with CMYK.
 */
const PROFILE_SECONDS = { fixed: 0.005, perMegapixel: 0.015 };
const PROFILE_TABLE_SECONDS = { fixed: 0.04, perMegapixel: 0.07 };
/** The same for the conversion of a stage's pixels, which the engine does itself. */
const CONVERSION_SECONDS = { fixed: 0.002, perMegapixel: 0.012 };
/** CPU seconds to enlarge a gain map to a megapixel of the upload, and to decode it for the outputs. */
const GAIN_MAP_SECONDS_PER_MEGAPIXEL = 0.04;

/** The factor by which the decoder may reduce the picture before its first pixels come out. */
function shrinkOnLoad({ operations }: Stage): number {
  const used = new Set(operations.flatMap(({ slots }) => slots ?? []));
  if (losesShrinkOnLoad(used, [...used]) && operations[0]?.input.orientation !== 1) return 1;
  const first = operations.find(({ slots }) => !slots?.every((slot) => slot === 'autoOrient'));
  if (!first?.slots?.includes('resize')) return 1;
  return shrinkOf(first.input, first.output);
}

/** As `shrinkOnLoad`, for a reduction from one size to another. */
export function shrinkOf(input: Size, output: Size): number {
  // A cut keeps less than it scales to: the side that is not cut decides.
  const least = Math.min(
    Math.max(input.width, input.height) / Math.max(output.width, output.height),
    Math.min(input.width, input.height) / Math.min(output.width, output.height),
  );
  return [8, 4, 2].find((factor) => factor <= least) ?? 1;
}

/** The decodes of a rendering; nothing if the structure is not known. */
function decodes(plan: RenderPlan, facts: SourceFacts): DecodeCost[] | undefined {
  const ofUpload = decodesOfUpload(plan, facts);
  return ofUpload && [...ofUpload, ...decodesOfGainMaps(plan, facts)];
}

/** A gain map that is kept is decoded to look at its colours, and to enlarge it. The engine tries all that a file has. */
function decodesOfGainMaps({ stages }: RenderPlan, facts: SourceFacts): DecodeCost[] {
  if (!stages.some(keepsMap)) return [];
  const enlarging = (GAIN_MAP_SECONDS_PER_MEGAPIXEL * facts.width * facts.height) / MEGAPIXEL;
  return (facts.otherStructures ?? []).map((structure) => {
    const { cpuSeconds, memory } = decodeCost(structure, { animated: false });
    return { cpuSeconds: 2 * cpuSeconds + enlarging, memory };
  });
}

/** One decode for each stage that starts from the upload; nothing if the structure is not known. */
function decodesOfUpload({ stages }: RenderPlan, facts: SourceFacts): DecodeCost[] | undefined {
  const { structure, coding } = facts;
  if (!structure) return undefined;
  const megapixels = (facts.width * facts.height) / MEGAPIXEL;
  return stages
    .filter(({ input }) => input === 'upload')
    .map((stage) => {
      const animated = isMoving(stage, facts);
      const shrink = structure.format === 'jpeg' && !stage.mode.display ? shrinkOnLoad(stage) : 1;
      const cost = decodeCost(structure, { animated, shrink });
      if (coding?.profile !== 'other' || stage.mode.keepColours) return cost;
      const converted = stage.convertsLast
        ? pixels(stage, facts) / MEGAPIXEL
        : (megapixels * (animated ? facts.pages : 1)) / shrink ** 2;
      const { fixed, perMegapixel } = conversionSeconds(stage, coding);
      return { ...cost, cpuSeconds: cost.cpuSeconds + fixed + converted * perMegapixel };
    });
}

function conversionSeconds({ convertsLast }: Stage, { profileTables }: SourceCoding) {
  if (convertsLast) return CONVERSION_SECONDS;
  return profileTables ? PROFILE_TABLE_SECONDS : PROFILE_SECONDS;
}

/** CPU seconds for each corrected megapixel of 8 or 16 bits and of 32 bits, measured with HDR and floats. */
const CORRECTION_SECONDS = 0.1;
const CORRECTION_SECONDS_32 = 0.25;
/** CPU seconds for the tables of a correction, at any size. */
const CORRECTION_TABLES_SECONDS = 0.03;

/** Corrected pixels: MiB while they are made, MiB of the file that holds them, and CPU seconds. */
function correction({ width, height, hasAlpha, coding }: SourceFacts) {
  if (!coding?.correctedFrom) return { making: 0, held: 0, cpuSeconds: 0 };
  const { correctedFrom, depth, space, profile } = coding;
  const area = width * height;
  const alpha = hasAlpha ? 1 : 0;
  const isGrey = space === 'grey';
  const samples = area * ((isGrey ? 1 : 3) + alpha);
  // Grey that is tone-mapped becomes colours.
  const becomesColours = isGrey && depth === 8 && profile === 'none';
  const held = (becomesColours ? area * (3 + alpha) : samples) * (depth / 8 / MIB);
  const perMegapixel = correctedFrom === 32 ? CORRECTION_SECONDS_32 : CORRECTION_SECONDS;
  const cpuSeconds = CORRECTION_TABLES_SECONDS + (perMegapixel * area) / MEGAPIXEL;
  return { making: (samples * correctedFrom) / 8 / MIB + held, held, cpuSeconds };
}

/** CPU seconds to hand a megabyte of pixels from a decoder to libvips. */
const HANDING_SECONDS_PER_MIB = 0.004;

/**
 * The decoder of another format: MiB while it hands over its pixels, MiB that it and the file with its pixels hold until the
 * upload is done, and CPU seconds.
 */
function reading(plan: RenderPlan, { structure }: SourceFacts) {
  if (structure?.format !== 'decoded') return { making: 0, held: 0, cpuSeconds: 0 };
  const samples = decodedBytes(structure) / MIB;
  // Values of floating point are shown in 16 bits, in a file for each way to show them.
  const pixels = structure.depth === 32 ? samples / 2 : samples;
  const files = displayKeys(plan).size || 1;
  const megapixels = (structure.width * structure.height) / MEGAPIXEL;
  const { cpuSeconds, memory, perMegapixel } = structure.reading;
  return {
    // The samples, and the levels that show them.
    making: samples + pixels,
    held: memory + megapixels * (perMegapixel?.memory ?? 0) + files * pixels,
    cpuSeconds:
      cpuSeconds +
      megapixels * (perMegapixel?.cpuSeconds ?? 0) +
      files * HANDING_SECONDS_PER_MIB * pixels,
  };
}

/** The ways in which the values of the upload are shown. */
function displayKeys({ stages }: RenderPlan): ReadonlySet<string> {
  return new Set(stages.map(({ mode }) => JSON.stringify(mode.display ?? null)));
}

/** CPU seconds to find limits in a megapixel and to show its values. */
const SHOWING_SECONDS = 0.15;

/** Values that steps show: MiB of the samples and of the files, and CPU seconds. */
function showing(plan: RenderPlan, { width, height, hasAlpha, coding, structure }: SourceFacts) {
  const files = [...displayKeys(plan)].filter((key) => key !== 'null').length;
  const area = width * height;
  const cpuSeconds = (files * SHOWING_SECONDS * area) / MEGAPIXEL;
  if (files === 0 || (structure?.format === 'decoded' && structure.depth === 32)) {
    return { held: 0, cpuSeconds };
  }
  const samples = (area * (hasAlpha ? 4 : 3) * (coding?.depth ?? 8)) / 8 / MIB;
  return { held: (1 + files) * samples, cpuSeconds };
}

/** MiB of the decoder without its output, by the header alone. */
function decodingByHeader({ stages }: RenderPlan, facts: SourceFacts): number {
  const megapixels = (facts.width * facts.height) / MEGAPIXEL;
  if (stages.some((stage) => isMoving(stage, facts)))
    return ANIMATION_HELD_MIB + ANIMATION_HELD_MIB_PER_MEGAPIXEL * facts.pages * megapixels;
  if (facts.format === 'avif') return AVIF_HELD_MIB + AVIF_HELD_MIB_PER_MEGAPIXEL * megapixels;
  if (!facts.progressive) return DECODE_MIB;
  const isFullChroma = facts.format === 'jpeg' && facts.coding?.chromaSubsampling === '4:4:4';
  const perMegapixel = isFullChroma ? HELD_MIB_PER_MEGAPIXEL_444 : HELD_MIB_PER_MEGAPIXEL;
  const deep = facts.coding?.depth === 16 ? 2 : 1;
  return HELD_MIB + perMegapixel * deep * megapixels;
}

/** MiB of the largest `concurrency` of them. */
function largest(mib: readonly number[], concurrency: number): number {
  return mib
    .toSorted((a, b) => b - a)
    .slice(0, concurrency)
    .reduce((sum, each) => sum + each, 0);
}

/** MiB of frames that are no longer used: those of the upload, and those of one file. */
function unusedFrames({ stages }: RenderPlan, facts: SourceFacts): number {
  const moving = stages.filter((stage) => isMoving(stage, facts));
  if (moving.length === 0) return 0;
  const ofFiles = moving.map((stage) => pixels(stage, facts));
  const size = facts.width * facts.height * facts.pages + Math.max(...ofFiles);
  return Math.min(ANIMATION_HELD_MIB, (RAW_MIB_PER_MEGAPIXEL * size) / MEGAPIXEL);
}

/** CPU seconds to copy the file for one of its pages, once to read its header and once to decode it. */
const PAGE_SECONDS_PER_MIB = 0.0015;
/** Copies of earlier pages that V8 has not collected yet, at most, as the search for the worst case has found. */
const PAGE_GARBAGE_MIB = 32;

/** CPU seconds to make the files of so many pages after the first one. */
export function pageFileSeconds(bytes: number, pages: number): number {
  return (PAGE_SECONDS_PER_MIB * bytes * pages) / MIB;
}

/**
 * MiB of copies of the file: a JPEG without its end marker gets one, and is compared with and without it. A page gets
 * one to read its header and one to decode it. V8 collects those of earlier pages late.
 */
function copies({ structure, bytes, page }: SourceFacts): number {
  if (structure?.format === 'decoded') return 0;
  const copied = (2 * bytes) / MIB;
  if (page !== undefined) return copied + Math.min(copied, PAGE_GARBAGE_MIB);
  return structure?.format === 'jpeg' && !structure.ended ? copied : 0;
}

/** Pixels of all frames. */
function pixels({ shape, mode }: Stage, facts: SourceFacts): number {
  return shape.width * shape.height * (mode.animated ? facts.pages : 1);
}

/** MiB of an encoder. */
function encoding(stage: FileStage, facts: SourceFacts): number {
  return ((writing(stage, facts) + searching(stage)) * pixels(stage, facts)) / MEGAPIXEL;
}

/** MiB per megapixel of the encoder itself. */
function writing(stage: FileStage, facts: SourceFacts): number {
  if (isMoving(stage, facts)) return ANIMATION_MIB_PER_MEGAPIXEL;
  const isAvif = candidates(stage).some(({ format }) => format === 'avif');
  const alpha = facts.hasAlpha ? ALPHA_MIB_PER_MEGAPIXEL : 0;
  return alpha + (isAvif ? AVIF_MIB_PER_MEGAPIXEL : ENCODE_MIB_PER_MEGAPIXEL);
}

function isMoving({ mode }: Stage, { pages }: SourceFacts): boolean {
  return mode.animated && pages > 1;
}

/** MiB per megapixel for the choice between several files. */
function searching(stage: FileStage): number {
  const encodings = candidates(stage);
  if (encodings.some(isCompared)) return RAW_MIB_PER_MEGAPIXEL + COMPARED_MIB_PER_MEGAPIXEL;
  return encodings.length > 1 || encodings.some(isSearched) ? RAW_MIB_PER_MEGAPIXEL : 0;
}

/** MiB for files of unknown size: assumes the largest size and the encoder that needs the most memory. */
function unmeasured(plan: RenderPlan, facts: SourceFacts): readonly number[] {
  return plan.unmeasured.flatMap(({ stage, variants }) => {
    const largest = plan.stages[stage];
    const mib = largest ? (AVIF_MIB_PER_MEGAPIXEL * pixels(largest, facts)) / MEGAPIXEL : 0;
    return variants.map(() => mib);
  });
}

/** Pixels that keep their profile are a PNG in memory, whose buffer grows step by step. */
const GROWING_BUFFER = 1.5;

/** MiB of the raw pixels between stages. Assumes that all are in memory at the same time. */
function materialised({ stages }: RenderPlan, facts: SourceFacts): number {
  return stages
    .filter(({ kind, convertsLast }) => kind === 'pixels' || convertsLast)
    .map((stage) => {
      const { shape, mode } = stage;
      const bytes = (pixels(stage, facts) * (shape.hasAlpha ? 4 : 3) * mode.depth) / 8;
      return mode.keepColours ? bytes * GROWING_BUFFER : bytes;
    })
    .reduce((sum, bytes) => sum + bytes / MIB, 0);
}

/**
 * MiB of overlays such as masks and marks, each at most as large as its picture. Includes steps without `slots`, which may
 * use overlays, and raw steps, which have a copy of the pixels.
 */
function overlays({ stages }: RenderPlan, facts: SourceFacts): number {
  const sizes = stages.flatMap(({ operations, mode }) =>
    operations
      .filter(({ slots }) => slots?.includes('composite') ?? true)
      .map(
        ({ output }) =>
          output.width * output.height * (mode.animated ? facts.pages : 1) * (mode.depth / 8),
      ),
  );
  return sizes.reduce((sum, size) => sum + (RAW_MIB_PER_MEGAPIXEL * size) / MEGAPIXEL, 0);
}

function keepsMap(stage: Stage): boolean {
  return stage.kind === 'file' && keepsGainMap(stage.settings);
}

/** MiB of a gain map at the size of the upload and of the largest output that keeps it, both materialised and rotated. */
function gainMaps({ stages }: RenderPlan, facts: SourceFacts): number {
  const sizes = stages.filter(keepsMap).map((stage) => pixels(stage, facts));
  if (sizes.length === 0 || !facts.otherPictures) return 0;
  const size = 2 * (facts.width * facts.height + Math.max(...sizes));
  return (RAW_MIB_PER_MEGAPIXEL * size) / MEGAPIXEL;
}

/** CPU seconds of the steps that know theirs, on all frames. */
function stepSeconds(plan: RenderPlan, facts: SourceFacts): { readonly stepSeconds?: number } {
  const seconds = plan.stages.reduce((sum, stage) => {
    const frames = isMoving(stage, facts) ? facts.pages : 1;
    const each = stage.operations.map(({ bound, input }) =>
      bound.kind === 'pixels' ? (bound.cpuSeconds?.(input) ?? 0) : 0,
    );
    return sum + frames * each.reduce((total, one) => total + one, 0);
  }, 0);
  return seconds > 0 ? { stepSeconds: seconds } : {};
}

/** The facts of the pixels that are decoded. */
function factsAt(drawn: Size | undefined, facts: SourceFacts): SourceFacts {
  const { structure } = facts;
  if (!drawn || structure?.format !== 'decoded') return facts;
  return { ...facts, ...drawn, structure: { ...structure, ...drawn } };
}

/** CPU seconds to measure a megapixel of one channel; of floating point, which is sorted. */
const MEASURING_SECONDS = 0.004;
const MEASURING_SECONDS_32 = 0.15;

/** The samples of the whole upload, which are decoded and measured before anything else. */
function measuring({ width, height, coding, structure }: SourceFacts): DecodeCost {
  const { cpuSeconds, memory } = structure
    ? decodeCost(structure, { animated: false })
    : { cpuSeconds: 0, memory: 0 };
  const samples = width * height * (coding?.space === 'grey' ? 1 : 3);
  const depth = structure?.format === 'decoded' ? structure.depth : (coding?.depth ?? 8);
  const perMegapixel = depth === 32 ? MEASURING_SECONDS_32 : MEASURING_SECONDS;
  return {
    cpuSeconds: cpuSeconds + (perMegapixel * samples) / MEGAPIXEL,
    memory: memory + (samples * depth) / 8 / MIB,
  };
}

/** Bytes of a pixel on a page of a PDF, of noise (measured): as a JPEG up to quality 95, as one of 100, and without loss. */
const JPEG_BYTES = 1;
const BEST_JPEG_BYTES = 1.5;
const LOSSLESS_BYTES = 3.1;
const USUAL_QUALITY = 95;
/** What a page has besides its picture, and the profile of that. */
const PAGE_BYTES = 4096;
const PROFILE_BYTES = 1_000_000;

function pixelBytes({ lossless, quality }: PdfOptions): number {
  if (lossless) return LOSSLESS_BYTES;
  return quality > USUAL_QUALITY ? BEST_JPEG_BYTES : JPEG_BYTES;
}

/** Bytes of a page at most. */
function pageBytes(
  { encodings, colourspace }: VariantSettings,
  { width, height }: Size,
  { stored, facts }: { readonly stored?: boolean | undefined; readonly facts: SourceFacts },
): number {
  const [encoding] = encodings;
  if (encoding?.format !== 'pdf') return 0;
  const profile = colourspace === 'srgb' ? 0 : Math.min(facts.bytes, PROFILE_BYTES);
  const drawn = PAGE_BYTES + profile + width * height * pixelBytes(encoding);
  if (!stored) return drawn;
  // Its data, or a new file if a PDF cannot contain that.
  const { structure } = facts;
  return structure?.format === 'tiff'
    ? PAGE_BYTES + Math.max(structure.dataBytes, 1.1 * Math.ceil(width / 8) * height)
    : Math.max(PAGE_BYTES + facts.bytes, drawn);
}

/** Bytes of the pages of documents. */
function documentBytes({ stages, unmeasured }: RenderPlan, facts: SourceFacts): number {
  const planned = stages.map((stage) =>
    stage.kind === 'file' ? pageBytes(stage.settings, stage.shape, { ...stage, facts }) : 0,
  );
  const later = unmeasured.flatMap(({ stage, files }) => {
    const shape = stages[stage]?.shape;
    return shape ? files.map(({ settings }) => pageBytes(settings, shape, { facts })) : [];
  });
  return Math.ceil([...planned, ...later].reduce((sum, bytes) => sum + bytes, 0));
}

/** What a step that measures leaves may be a strip of the page, which a resize to a width then makes higher. */
const OF_STRIPS = 2;

/** The cells of sheets. */
function plannedCells({ stages, unmeasured }: RenderPlan): readonly PlannedCell[] {
  const planned = stages.flatMap((stage): PlannedCell[] => {
    if (stage.kind !== 'file' || !stage.settings.cell) return [];
    const { variant, shape, mode } = stage;
    const { width, height, hasAlpha } = shape;
    return [{ variant, width, height, hasAlpha, depth: mode.depth, isExact: true }];
  });
  const later = unmeasured.flatMap(({ stage, files }) =>
    files.flatMap(({ variant, declared }): PlannedCell[] => {
      const { depth = 8 } = stages[stage]?.mode ?? {};
      if (!declared) return [];
      const { width, height, hasAlpha } = declared;
      return [{ variant, width, height: OF_STRIPS * height, hasAlpha, depth, isExact: false }];
    }),
  );
  return [...planned, ...later];
}

/**
 * Estimates a rendering from the file's structure, its header and the plan. The memory is the growth of an idle process
 * (`BASE_MIB`) at its peak. It contains the file, the pixels between stages, what is laid over them, and the larger one of
 * decoding and of `concurrency` encoders at once. It errs on the safe side, and more so without a structure.
 *
 * @param isMeasured the upload itself is measured too
 */
export function estimateRender(
  given: SourceFacts,
  plan: RenderPlan,
  concurrency: number,
  isMeasured = false,
): RenderEstimate {
  const { drawn } = plan;
  const facts = factsAt(drawn, given);
  const encoders = largest(
    plan.stages
      .flatMap((stage) => (stage.kind === 'file' ? [encoding(stage, facts)] : []))
      .concat(unmeasured(plan, facts)),
    concurrency,
  );
  const corrected = correction(facts);
  const read = reading(plan, facts);
  const shown = showing(plan, facts);
  const making = Math.max(corrected.making, read.making);
  const copying = facts.page === undefined ? 0 : pageFileSeconds(facts.bytes, 1);
  const cpuSeconds = corrected.cpuSeconds + read.cpuSeconds + shown.cpuSeconds + copying;
  const besides =
    facts.bytes / MIB +
    corrected.held +
    read.held +
    shown.held +
    materialised(plan, facts) +
    overlays(plan, facts) +
    gainMaps(plan, facts);
  const measured = isMeasured ? measuring(facts) : { memory: 0, cpuSeconds: 0 };
  const pages = plan.stages.some((stage) => isMoving(stage, facts)) ? facts.pages : 1;
  const ofDocuments = documentBytes(plan, facts);
  const cells = plannedCells(plan);
  const joined = {
    ...(ofDocuments > 0 && { documentBytes: ofDocuments }),
    ...(cells.length > 0 && { cells }),
  };
  const costs = decodes(plan, facts);
  if (!costs || !facts.structure) {
    const factor = UNKNOWN_STRUCTURE;
    const decoding = factor * decodingByHeader(plan, facts) + making;
    const memory = factor * besides + Math.max(decoding + measured.memory, factor * encoders);
    return { pages, memory, ...joined, ...stepSeconds(plan, facts) };
  }
  const memory = costs.map((cost) => cost.memory);
  const all = besides + copies(facts) + unusedFrames(plan, facts);
  const decoding = Math.max(largest(memory, concurrency), measured.memory) + making;
  return {
    pages,
    ...(drawn && { drawn }),
    ...joined,
    ...stepSeconds(plan, facts),
    decoding: {
      cpuSeconds: costs.reduce(
        (sum, cost) => sum + cost.cpuSeconds,
        openingSeconds(facts.structure) + cpuSeconds + measured.cpuSeconds,
      ),
      memory: Math.max(measured.memory, ...memory) + read.held,
    },
    memory: HEAP_MIB + HOLES * (all + Math.max(decoding, encoders)),
  };
}

/**
 * What a rendered page or frame leaves behind until garbage collection: MiB, and times the bytes of a frame's samples or of
 * the file that a page is copied from. V8 collects before all of them exceed `most` MiB.
 */
const LEFT = { fixed: 0.8, perSample: 6, perByte: 4, most: 65 };

/** MiB that the pages of an upload leave behind. The first page is the upload itself, not a copy. */
export function leftByPages(pages: readonly SourceFacts[]): number {
  const left = pages
    .slice(1)
    .map(({ bytes, structure }) => {
      const isCopied = structure?.format !== 'decoded';
      return LEFT.fixed + (isCopied ? (LEFT.perByte * bytes) / MIB : 0);
    })
    .reduce((sum, each) => sum + each, 0);
  return Math.min(LEFT.most, left);
}

/**
 * Estimates a rendering of frames, which is one of each after the other. They are decoded together, in windows.
 *
 * @param estimate of one frame with its variants, as a file of its own
 */
export function estimateFrames(
  request: EstimateRequest,
  estimate: (frame: EstimateRequest) => RenderEstimate,
): RenderEstimate {
  const { facts, variants } = request;
  const { frameOf } = facts;
  if (!frameOf) throw new Error('not the facts of frames');
  const ofFrames = variantsByFrame(variants);
  const each = [...ofFrames.values()].map((own) => estimate({ ...request, variants: own }));
  // MiB of its samples.
  const frame = (facts.width * facts.height * (facts.hasAlpha ? 4 : 3)) / MIB;
  const windows = frameWindows([...ofFrames.keys()], facts).map((window) => {
    const { cpuSeconds, memory } = framesCost(frameOf, window);
    const samples = (window.to - window.from + 1) * frame;
    return { cpuSeconds: cpuSeconds + HANDING_SECONDS_PER_MIB * samples, memory, samples };
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const most = (values: readonly number[]) => Math.max(0, ...values);
  const held = most(windows.map(({ samples }) => samples));
  // While sharp hands over the pixels of a window, it has them twice.
  const making = most(windows.map(({ memory, samples }) => memory + 2 * samples));
  const seconds = sum(each.map(({ stepSeconds: own = 0 }) => own));
  const skipped = each.flatMap((one) => one.skipped ?? []);
  const cells = each.flatMap((one) => one.cells ?? []);
  return {
    pages: ofFrames.size - (ofFrames.has(1) ? 1 : 0),
    ...(seconds > 0 && { stepSeconds: seconds }),
    ...(skipped.length > 0 && { skipped }),
    ...(cells.length > 0 && { cells }),
    decoding: {
      cpuSeconds:
        openingSeconds(frameOf) +
        sum([
          ...each.map(({ decoding }) => decoding?.cpuSeconds ?? 0),
          ...windows.map((one) => one.cpuSeconds),
        ]),
      memory: Math.max(making, held + most(each.map(({ decoding }) => decoding?.memory ?? 0))),
    },
    memory: Math.max(
      HEAP_MIB + HOLES * (facts.bytes / MIB + making),
      HOLES * held +
        most(each.map(({ memory }) => memory)) +
        Math.min(LEFT.most, ofFrames.size * (LEFT.fixed + LEFT.perSample * frame)),
    ),
  };
}
