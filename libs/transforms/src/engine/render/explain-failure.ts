import { ImageError, reasonOf, stepError } from '../../image-error.ts';
import type { RenderPlan, Stage } from '../../plan/render-plan.ts';
import type { Picture } from './picture.ts';
import { pixelsOf } from './run-stage.ts';
import { type RenderJob, locationOf } from './run-step.ts';
import { decodeFrames } from './upload.ts';

/**
 * Without libvips' own words: it keeps one buffer of them for the whole process, so that of two images that fail at once
 * one has the other's reason, or none. The message stands in the manifest, whose bytes depend on the upload alone. The
 * cause has them, for logs.
 */
const CANNOT_BE_DECODED = 'cannot be decoded: its data is damaged or ends early';

/**
 * Makes an `ImageError` of what went wrong in a stage. A pipeline is lazy and fails as a whole, so that the guilty step
 * is found by doing it all again, slowly: the decode alone, then one step after the other.
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
    return new ImageError('CORRUPT_IMAGE', `the ${job.facts.format} ${CANNOT_BE_DECODED}`, {
      cause: decodeCause,
    });
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
  return new ImageError('CORRUPT_IMAGE', `the ${job.facts.format} ${CANNOT_BE_DECODED}`, { cause });
}

/** All operations from the upload to the end of the stage. */
function declaredOperations(plan: RenderPlan, stage: Stage): Stage['operations'] {
  const before = typeof stage.input === 'number' ? plan.stages[stage.input] : undefined;
  return [...(before ? declaredOperations(plan, before) : []), ...stage.operations];
}
