import type { SourceFormat } from '../../image-engine.ts';
import { ImageError, reasonOf, stepError } from '../../image-error.ts';
import type { RenderPlan, Stage } from '../../plan/render-plan.ts';
import type { Picture } from './picture.ts';
import { pixelsOf } from './run-stage.ts';
import { type RenderJob, locationOf } from './run-step.ts';
import { decodeFrames } from './upload.ts';

/**
 * Does not include libvips' message. libvips has one message buffer per process: if two images fail at the same time, one
 * gets the other's message or none. The manifest contains this text, and its bytes must depend only on the upload. The
 * cause keeps libvips' message for logs.
 */
const CANNOT_BE_DECODED = 'cannot be decoded: its data is damaged or ends early';

/** The upload cannot be decoded: it is damaged. */
export function undecodable(format: SourceFormat, cause: unknown): ImageError {
  return new ImageError('CORRUPT_IMAGE', `the ${format} ${CANNOT_BE_DECODED}`, { cause });
}

/**
 * Converts a failure of a stage into an `ImageError`. A lazy pipeline fails as a whole. To find the step that failed, this
 * function repeats the work: first only the decode, then one step at a time.
 */
export async function explainFailure(
  plan: RenderPlan,
  stage: Stage,
  job: RenderJob,
  cause: unknown,
): Promise<ImageError> {
  if (cause instanceof ImageError) return cause;
  if (job.signal?.aborted) {
    return new ImageError('TIMEOUT', `recipe ${job.recipe}: ran out of time`, { cause });
  }
  let picture: Picture;
  try {
    picture = await decodeFrames(job, stage.mode);
  } catch (decodeCause) {
    return undecodable(job.facts.format, decodeCause);
  }
  const operations = declaredOperations(plan, stage);
  for (const operation of operations) {
    const alone = { ...stage, operations: [operation], shape: operation.output, input: -1 };
    try {
      picture = await pixelsOf(alone, picture, job);
    } catch (stepCause) {
      return stepCause instanceof ImageError
        ? stepCause
        : stepError(locationOf(job, operation), stepCause);
    }
  }
  const last = operations.at(-1);
  if (stage.kind === 'file') {
    const { variant, settings } = stage;
    const place = { recipe: job.recipe, variant };
    const formats = settings.encodings.map(({ format }) => format).join(' or ');
    return new ImageError(
      'TRANSFORM_FAILED',
      `recipe ${job.recipe}, variant ${variant}: cannot be written as ${formats}: ${reasonOf(cause)}`,
      { cause, place },
    );
  }
  if (last) return stepError(locationOf(job, last), cause);
  return undecodable(job.facts.format, cause);
}

/** All operations from the upload to the end of the stage. */
function declaredOperations(plan: RenderPlan, stage: Stage): Stage['operations'] {
  const before = typeof stage.input === 'number' ? plan.stages[stage.input] : undefined;
  return [...(before ? declaredOperations(plan, before) : []), ...stage.operations];
}
