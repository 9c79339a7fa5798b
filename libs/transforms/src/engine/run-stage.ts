import type { Sharp } from 'sharp';
import type { Stage } from '../plan/types.ts';
import { stepError } from '../step-error.ts';
import { checkAlpha } from './checked-results.ts';
import { frameOf, openRoll, type Frame, type Picture } from './picture.ts';
import { addOperation, findFacts, placeOf, runRaw, type Job } from './run-step.ts';
import { decodeFrames, openUpload } from './upload.ts';

/** Opens a stage's input and lazily adds its operations; an animation's frames are opened one by one. */
async function openStage(stage: Stage, frame: Frame | undefined, job: Job): Promise<Sharp> {
  let image = frame?.open() ?? openUpload(job, stage.mode);
  for (const operation of stage.operations) {
    image = await addOperation(image, operation, stage, job);
  }
  return image;
}

/** Makes a stage's pixels, and holds the steps to what they promised. */
export async function pixelsOf(
  stage: Stage,
  input: Picture | undefined,
  job: Job,
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
      frame && operation?.bound.kind === 'raw'
        ? await runRaw(frame, operation, stage, job)
        : await frameOf(await openStage(stage, frame, job), stage);
    checkPromises(stage, made, job);
    frames.push(made);
  }
  return { ...input, frames };
}

function checkPromises(stage: Stage, made: Frame, job: Job): void {
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
    throw last ? stepError(placeOf(job, last), cause) : cause;
  }
}

/** Opens what a file is written from: the pipeline that goes on from the stage's input. */
export async function openForFile(
  stage: Stage,
  input: Picture | undefined,
  job: Job,
): Promise<Sharp> {
  if (!stage.mode.animated) return openStage(stage, input?.frames[0], job);
  const isDone = input && stage.operations.length === 0;
  return openRoll(isDone ? input : await pixelsOf(stage, input, job));
}
