import type { Sharp } from 'sharp';
import { stepError } from '../../image-error.ts';
import type { Stage } from '../../plan/render-plan.ts';
import { checkAlpha } from './check-results.ts';
import { type Frame, frameOf, openAnimation, type Picture } from './picture.ts';
import { addOperation, findFacts, type RenderJob, locationOf, runRaw } from './run-step.ts';
import { waitForPixels } from './time-limit.ts';
import { decodeFrames, openUpload } from './upload.ts';

/** Opens a stage's input and lazily adds its operations. Frames of an animation are opened one at a time. */
async function openStage(stage: Stage, frame: Frame | undefined, job: RenderJob): Promise<Sharp> {
  let image = frame?.open() ?? (await openUpload(job, stage.mode, stage.convertsLast));
  for (const operation of stage.operations) {
    image = await addOperation(image, operation, stage, job);
  }
  return image;
}

/** sharp's own limit, seconds. */
const MAX_TIMEOUT = 3600;

/**
 * Computes the pixels of a stage. A step without `slots` may wait for input that never arrives, or run without end: the
 * wait has the step's time limit, and libvips stops soon after.
 */
async function draw(stage: Stage, frame: Frame | undefined, job: RenderJob): Promise<Frame> {
  const image = await openStage(stage, frame, job);
  const unknown = stage.operations.find(({ slots }) => slots === undefined);
  if (!unknown) return frameOf(image, stage);
  const seconds = Math.min(MAX_TIMEOUT, Math.ceil(job.stepTimeout / 1000) + 1);
  return waitForPixels(locationOf(job, unknown), job, () =>
    frameOf(image.timeout({ seconds }), stage),
  );
}

/** Makes a stage's pixels and checks them against the declared shapes. */
export async function pixelsOf(
  stage: Stage,
  input: Picture | undefined,
  job: RenderJob,
): Promise<Picture> {
  if (stage.mode.animated && !input) return decodeFrames(job, stage.mode);
  const [operation] = stage.operations;
  if (input && operation?.bound.kind === 'facts') {
    const found = await findFacts(input, operation, stage, job);
    return { ...input, facts: { ...input.facts, [operation.transform]: found } };
  }
  const frames: Frame[] = [];
  for (const frame of input?.frames ?? [undefined]) {
    job.signal?.throwIfAborted();
    const made =
      frame && (operation?.bound.kind === 'raw' || operation?.bound.kind === 'samples')
        ? await runRaw(frame, operation, stage, job)
        : await draw(stage, frame, job);
    checkPromises(stage, made, job);
    if (stage.convertsLast) await convert(made, job);
    frames.push(made);
  }
  return { ...input, frames };
}

/** Converts the pixels of a stage from the upload's profile to sRGB. */
async function convert({ data, channels }: Frame, { toSrgb }: RenderJob): Promise<void> {
  if (!toSrgb || data instanceof Uint16Array) throw new Error('pixels without a conversion');
  (await toSrgb())(data, channels);
}

function checkPromises(stage: Stage, made: Frame, job: RenderJob): void {
  const { width, height } = stage.shape;
  const last = stage.operations.at(-1);
  try {
    const isRight = made.width === width && made.height === height;
    const isLess = made.width <= width && made.height <= height;
    if (!(last?.measured ? isLess : isRight)) {
      throw new Error(`made ${made.width}×${made.height} pixels and not ${width}×${height}`);
    }
    if (last && last.slots === undefined) checkAlpha(made, last.output);
  } catch (cause) {
    throw last ? stepError(locationOf(job, last), cause) : cause;
  }
}

/** Opens the pipeline that continues from the stage's input, for an encoder. */
export async function openForFile(
  stage: Stage,
  input: Picture | undefined,
  job: RenderJob,
): Promise<Sharp> {
  if (stage.convertsLast) {
    const [frame] = (await pixelsOf(stage, input, job)).frames;
    if (!frame) throw new Error('a picture without a frame');
    return frame.open();
  }
  if (!stage.mode.animated) return openStage(stage, input?.frames[0], job);
  const isDone = input && stage.operations.length === 0;
  return openAnimation(isDone ? input : await pixelsOf(stage, input, job));
}
