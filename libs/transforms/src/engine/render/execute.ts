import type {
  OutputFormat,
  Rendered,
  RenderedCell,
  RenderedOutput,
  SkippedVariant,
} from '../../image-engine.ts';
import { isImpossible } from '../../image-error.ts';
import { candidates } from '../../plan/candidates.ts';
import { equalFiles } from '../../plan/equal-files.ts';
import { skippedVariant } from '../../plan/planner.ts';
import { swapsSides } from '../../orientation.ts';
import type { FileStage, PlaceholderStage, RenderPlan, Stage } from '../../plan/render-plan.ts';
import { explainFailure } from './explain-failure.ts';
import { meanPixels } from './mean-pixels.ts';
import type { Picture } from './picture.ts';
import { PictureCache } from './picture-cache.ts';
import { placeholderOf } from './placeholder.ts';
import { openForFile, pixelsOf } from './run-stage.ts';
import type { RenderJob } from './run-step.ts';
import { writeFile } from './write-file.ts';

type EndStage = FileStage | PlaceholderStage;

/** CPU time of an encoder per pixel, relative to WebP at effort 4 (measured). */
const COST: Readonly<Record<OutputFormat, number>> = {
  jpeg: 0.25,
  webp: 1,
  tiff: 0.5,
  png: 1.5,
  avif: 2,
  gif: 3,
  pdf: 0.5,
};

function cost(stage: EndStage): number {
  if (stage.kind === 'placeholder') return 0;
  const files = candidates(stage).reduce((sum, { format }) => sum + COST[format], 0);
  return stage.shape.width * stage.shape.height * files;
}

/** Cheap files first: one slow encoder then does not delay the others. */
function inOrder(plan: RenderPlan): readonly EndStage[] {
  const ends = plan.stages.filter((stage): stage is EndStage => stage.kind !== 'pixels');
  return ends.sort((a, b) => cost(a) - cost(b) || a.id - b.id);
}

/** @throws the cause if it concerns more than this variant */
function skipped(stage: EndStage, cause: unknown): SkippedVariant {
  if (stage.kind !== 'file' || !isImpossible(cause) || cause.place === undefined) throw cause;
  return skippedVariant(stage.variant, cause);
}

/** The frame of a placeholder that only reduces a small one. */
function reduced({ operations, shape }: PlaceholderStage, input: Picture | undefined) {
  const [frame] = input?.frames ?? [];
  const isReduction = operations.length === 1 && operations[0]?.transform === 'resize';
  const means = frame && isReduction ? meanPixels(frame, shape) : undefined;
  return means && [means];
}

async function make(stage: EndStage, pictures: PictureCache, job: RenderJob): Promise<Rendered> {
  return pictures.with(stage, async (input) => {
    job.signal?.throwIfAborted();
    if (stage.kind === 'placeholder') {
      const [frame] = reduced(stage, input) ?? (await pixelsOf(stage, input, job)).frames;
      if (!frame) throw new Error('a picture without a frame');
      return placeholderOf(frame, job.placeholder);
    }
    const { variant, fit, shape, settings, stored } = stage;
    const file = await writeFile(await openForFile(stage, input, job), stage, job);
    // A step of the last pipeline did not produce its declared size; `explainFailure` finds the step.
    const { width, height } = file;
    if (width !== shape.width || height !== shape.height) {
      throw new Error(`made ${width}×${height} pixels and not ${shape.width}×${shape.height}`);
    }
    if (settings.cell) return { kind: 'cell', variant, bytes: file.bytes, width, height };
    return {
      kind: 'output',
      variant,
      ...file,
      // The page of a document is upright, whatever its data is.
      ...(stored && swapsSides(shape.orientation) && { width: shape.height, height: shape.width }),
      ...(fit === undefined ? {} : { fit }),
      ...(input?.facts ? { facts: input.facts } : {}),
    };
  });
}

/** The file of an equal variant, for this one. */
function ofVariant(
  rendered: RenderedOutput | RenderedCell,
  { variant, fit }: Pick<FileStage, 'variant' | 'fit'>,
): Rendered {
  if (rendered.kind === 'cell') return { ...rendered, variant };
  const { fit: _, ...file } = rendered;
  return { ...file, variant, ...(fit === undefined ? {} : { fit }) };
}

/**
 * Runs a plan with at most `concurrency` encoders in parallel. Yields each file when it is complete, and each variant that
 * cannot be made; leaves out variants in `done`. Equal files are encoded once.
 */
export async function* execute(
  given: RenderPlan,
  job: RenderJob,
  concurrency: number,
  done: ReadonlySet<string> = new Set(),
): AsyncGenerator<Rendered, void> {
  let plan = given;
  const explained = async <T>(stage: Stage, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw await explainFailure(plan, stage, job, cause);
    }
  };
  const pictures: PictureCache = new PictureCache(plan, (stage) =>
    explained(
      stage,
      pictures.with(stage, (input) => pixelsOf(stage, input, job)),
    ),
  );
  for (let [part] = plan.unmeasured; part; [part] = plan.unmeasured) {
    const [frame] = (await pictures.peek(part.stage)).frames;
    if (!frame) throw new Error('a picture without a frame');
    plan = part.complete(frame);
    pictures.extend(plan);
  }
  yield* plan.skipped;
  const isDone = (stage: EndStage) => stage.kind === 'file' && done.has(stage.variant);
  const ends = inOrder(plan);
  for (const stage of ends.filter(isDone)) pictures.leave(stage);
  const copies = equalFiles(plan.stages, (stage) => !isDone(stage));
  const copied = new Set([...copies.values()].flat());
  const waiting = ends.filter(
    (stage) => !isDone(stage) && !(stage.kind === 'file' && copied.has(stage)),
  );
  const underWay = new Map<EndStage, Promise<{ stage: EndStage; rendered: Rendered }>>();
  try {
    while (waiting.length > 0 || underWay.size > 0) {
      while (underWay.size < concurrency) {
        const stage = waiting.shift();
        if (!stage) break;
        const work = explained(stage, make(stage, pictures, job)).catch((cause: unknown) =>
          skipped(stage, cause),
        );
        underWay.set(
          stage,
          work.then((rendered) => ({ stage, rendered })),
        );
      }
      const { stage, rendered } = await Promise.race(underWay.values());
      underWay.delete(stage);
      yield rendered;
      for (const copy of copies.get(stage) ?? []) {
        if (rendered.kind !== 'output' && rendered.kind !== 'cell') {
          // Fails alike, with a message about itself.
          waiting.push(copy);
          continue;
        }
        pictures.leave(copy);
        yield ofVariant(rendered, copy);
      }
    }
  } finally {
    // No work continues after the caller has left.
    await Promise.allSettled(underWay.values());
  }
}
