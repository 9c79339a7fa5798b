import sharp, { type Sharp } from 'sharp';
import type { AnyPixels, RawPixels, StepContext } from '../../bound-transform.ts';
import type { Facts, PlaceholderParts } from '../../image-engine.ts';
import type { ErrorLocation } from '../../image-error.ts';
import type { Operation, Stage } from '../../plan/render-plan.ts';
import { readBounded, type ReadSideFile } from '../side-files.ts';
import { checkedFacts, checkedImage, checkedPixels } from './check-results.ts';
import {
  asUint16,
  type Frame,
  framedLike,
  inSixteenBits,
  type Picture,
  rawFrame,
} from './picture.ts';
import { runLazyCode, runStepCode, type StepBounds } from './time-limit.ts';
import type { Upload } from './upload.ts';

/** The rendering of one upload. */
export interface RenderJob extends Upload, StepBounds {
  readonly recipe: string;
  readonly placeholder: PlaceholderParts;
  readonly readSideFile?: ReadSideFile | undefined;
  /** Whether a transform is the built-in one of this name. */
  readonly isBuiltin: (transform: string) => boolean;
}

type StepStage = Pick<Stage, 'input' | 'mode' | 'operations'>;

/** Location of an operation in the recipe. */
export function locationOf(
  job: RenderJob,
  { variants, step, transform }: Operation,
): Required<ErrorLocation> {
  return { recipe: job.recipe, variant: variants.join(', '), step, transform };
}

function runIn<T>(
  { input, mode, operations }: StepStage,
  operation: Operation,
  job: RenderJob,
  work: (context: StepContext) => T | Promise<T>,
): Promise<T> {
  const isOwn = operation.slots !== undefined && job.isBuiltin(operation.transform);
  const run = isOwn ? runLazyCode : runStepCode;
  return run(locationOf(job, operation), job, (signal) => {
    const { readSideFile } = job;
    // A plugin that changes the facts would change the plan.
    const facts = isOwn ? job.facts : structuredClone(job.facts);
    // Same rule as `withStep`: after another step, sharp would run `autoOrient()` first.
    const fromUpload = input === 'upload' && operation === operations[0];
    const place = { facts, signal, fromUpload, animated: mode.animated };
    return work(stepContext(operation, place, readSideFile));
  });
}

/** Converts a frame to 8 bits. */
function plain(frame: Frame): Sharp {
  return frame.open().toColourspace('srgb');
}

function withAlpha(image: Sharp, hasAlpha: boolean): Sharp {
  return hasAlpha ? image.ensureAlpha() : image.removeAlpha();
}

/** Lazily adds a step's operations to an image. */
export async function addOperation(
  image: Sharp,
  operation: Operation,
  stage: StepStage,
  job: RenderJob,
): Promise<Sharp> {
  const { bound, slots } = operation;
  if (bound.kind !== 'pixels') throw new Error(`${operation.transform} does not run in a pipeline`);
  const made = await runIn(stage, operation, job, async (context) =>
    checkedImage(await bound.apply(image, context)),
  );
  if (slots?.includes('removeAlpha')) made.removeAlpha();
  // A step without `slots` may have requested other pixels than the stage declares.
  const { keepColours, depth } = stage.mode;
  return slots === undefined && !keepColours && depth === 8 ? made.toColourspace('srgb') : made;
}

/** A copy of a frame's pixels for a step that computes on them. */
async function copyOf(
  frame: Frame,
  { hasAlpha }: Operation['input'],
  { depth }: StepStage['mode'],
): Promise<AnyPixels> {
  const image = depth === 16 ? inSixteenBits(frame.open()) : plain(frame);
  const { data, info } = await withAlpha(image, hasAlpha)
    .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return {
    data: depth === 16 ? asUint16(data) : data,
    width,
    height,
    channels: hasAlpha ? 4 : 3,
  };
}

/** Runs a step that computes on raw pixels, on a copy of them. */
export async function runRaw(
  frame: Frame,
  operation: Operation,
  stage: StepStage,
  job: RenderJob,
): Promise<Frame> {
  const { bound, input, output } = operation;
  if (bound.kind !== 'raw' && bound.kind !== 'samples')
    throw new Error(`${operation.transform} does not work on raw pixels`);
  const { mode } = stage;
  const pixels = await copyOf(frame, input, mode);
  const made = await runIn(stage, operation, job, async (context) =>
    checkedPixels(
      // Recipes cannot combine such a step with other pixels (`checkSteps`).
      bound.kind === 'samples'
        ? await bound.apply(pixels, context)
        : await bound.apply(pixels as RawPixels, context),
      output,
      mode.depth,
    ),
  );
  const { data } = made;
  if (mode.keepColours) return framedLike(frame, made);
  return rawFrame(
    data instanceof Uint16Array ? data : Buffer.from(data.buffer, data.byteOffset, data.length),
    made,
  );
}

/** Runs an analysing step, on the first frame of an animation. */
export async function findFacts(
  { frames }: Picture,
  operation: Operation,
  stage: StepStage,
  job: RenderJob,
): Promise<Facts> {
  const { bound, input } = operation;
  const [frame] = frames;
  if (bound.kind !== 'facts' || !frame)
    throw new Error(`${operation.transform} has nothing to see`);
  return runIn(stage, operation, job, async (context) =>
    checkedFacts(await bound.apply(withAlpha(plain(frame), input.hasAlpha), context)),
  );
}

/** Context of a step. Contains copies: a plugin may change them. */
function stepContext(
  { variants, input, output }: Operation,
  place: Pick<StepContext, 'facts' | 'fromUpload' | 'animated' | 'signal'>,
  readSideFile: ReadSideFile | undefined,
): StepContext {
  return {
    ...place,
    variants: [...variants],
    input: { ...input },
    output: { ...output },
    createImage: (file) => sharp(file, { failOn: 'error' }),
    readFile: (name) => readBounded(name, place.signal, readSideFile),
  };
}
