import type { Sharp } from 'sharp';
import type { ErrorPlace } from '../errors.ts';
import type { Operation, Stage } from '../plan/types.ts';
import { stepError } from '../step-error.ts';
import { frameOf, openRoll, type Frame, type Picture } from './picture.ts';
import { decodeFrames, openUpload, type Upload } from './upload.ts';

/** One upload being worked on. */
export interface Job extends Upload {
  readonly recipe: string;
  readonly signal?: AbortSignal | undefined;
}

/** Where an operation stands in the recipe. */
export function placeOf(job: Job, { variants, step, transform }: Operation): Required<ErrorPlace> {
  return { recipe: job.recipe, variant: variants.join(', '), step, transform };
}

/** Lazily adds a stage's operations; what they refuse at once is their own error. */
export function addOperations(
  image: Sharp,
  { input, mode, operations }: Pick<Stage, 'input' | 'mode' | 'operations'>,
  job: Job,
): Sharp {
  const fromUpload = input === 'upload';
  return operations.reduce((given, operation) => {
    const { input: before, output, bound } = operation;
    try {
      return bound.apply(given, {
        facts: job.facts,
        input: before,
        output,
        fromUpload,
        animated: mode.animated,
      });
    } catch (cause) {
      throw stepError(placeOf(job, operation), cause);
    }
  }, image);
}

/** Opens a stage's input and adds its operations; an animation's frames are opened one by one. */
export function openStage(stage: Stage, frame: Frame | undefined, job: Job): Sharp {
  return addOperations(frame?.open() ?? openUpload(job, stage.mode), stage, job);
}

/** Makes a stage's pixels, and holds the steps to the size that they promised. */
export async function pixelsOf(
  stage: Stage,
  input: Picture | undefined,
  job: Job,
): Promise<Picture> {
  if (stage.mode.animated && !input) return decodeFrames(job, stage.mode);
  const frames: Frame[] = [];
  for (const frame of input?.frames ?? [undefined]) {
    job.signal?.throwIfAborted();
    const made = await frameOf(openStage(stage, frame, job), stage);
    checkSize(stage, made, job);
    frames.push(made);
  }
  return { frames };
}

function checkSize(stage: Stage, made: Frame, job: Job): void {
  const { width, height } = stage.shape;
  if (made.width === width && made.height === height) return;
  const last = stage.operations.at(-1);
  const cause = new Error(`made ${made.width}×${made.height} pixels and not ${width}×${height}`);
  throw last ? stepError(placeOf(job, last), cause) : cause;
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
